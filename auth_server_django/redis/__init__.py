"""django-redis with a circuit breaker: a Redis that hangs costs its time-out a few times, and then nothing."""
