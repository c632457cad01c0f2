"""Is everything as it must be, on both sides? Looks, writes nothing there, and says what to do.

It asks an org through a Protocol of its own, `bot/salesforce/inspection.py`; its remedies are
headings of docs/doctor.md.
"""
