package wire

// A Duration is a length of time as Go writes it, without zero parts at its end:
// "250ms", "2s", "1m30s". time.ParseDuration reads it.
type Duration string
