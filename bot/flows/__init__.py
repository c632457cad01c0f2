"""The imperative shell: each public function is one use case."""
