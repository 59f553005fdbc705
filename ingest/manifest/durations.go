package manifest

import (
	"errors"
	"time"
)

// istioDuration reads a duration as Istio takes it: "250ms", "1h30m".
func istioDuration(text string) (time.Duration, error) { return goDuration(text) }

// goDuration reads a duration as programs written in Go take it.
func goDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("not a duration")
	}
	return d, nil
}
