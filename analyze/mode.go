package analyze

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze/failure"
)

// Modes are examples of every failure mode, as ParseMode reads them.
var Modes = []string{"stop", "hang", "slow=2s", "partial=1/3", "degraded"}

// ErrNoMode is the error of a word that begins like none of Modes.
var ErrNoMode = errors.New("unknown failure mode")

// ParseMode reads how services fail: they stop, hang, answer with a delay, lose a share of their
// replicas, or answer with less. The error is ErrNoMode, or about the value behind the "=".
func ParseMode(word string) (failure.Injection, error) {
	name, value, _ := strings.Cut(word, "=")
	var i failure.Injection
	var err error
	switch name {
	case "stop", "hang", "degraded":
		if value != "" {
			err = errors.New("it takes no value")
		}
		i.Mode = map[string]failure.Mode{"stop": failure.Stop, "hang": failure.Hang, "degraded": failure.Degrade}[name]
	case "slow":
		i.Mode = failure.SlowDown
		if i.Delay, err = time.ParseDuration(value); err == nil && i.Delay <= 0 {
			err = errors.New("no delay")
		}
	case "partial":
		i.Mode = failure.Partial
		i.Stopped, i.Replicas, err = parsePart(value)
	default:
		err = ErrNoMode
	}
	return i, err
}

// parsePart reads "1/3".
func parsePart(text string) (part, whole int, err error) {
	a, b, _ := strings.Cut(text, "/")
	part, err = strconv.Atoi(a)
	if err == nil {
		whole, err = strconv.Atoi(b)
	}
	if err == nil && (part < 1 || part > whole) {
		err = errors.New("no share")
	}
	return part, whole, err
}
