// Package english writes numbers, lists and durations for use in sentences.
package english

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Count writes a number of things: "1 call", "2 calls", "3 matches".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %s", n, plural(thing))
}

func plural(thing string) string {
	switch {
	case strings.HasSuffix(thing, "ch"), strings.HasSuffix(thing, "s"), strings.HasSuffix(thing, "x"):
		return thing + "es"
	case strings.HasSuffix(thing, "y") && !strings.HasSuffix(thing, "ay") && !strings.HasSuffix(thing, "ey"):
		return strings.TrimSuffix(thing, "y") + "ies"
	}
	return thing + "s"
}

// List joins words: "a", "a and b", "a, b and c".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// Duration writes "2s", "1m30s", "250ms", without the zero parts that
// time.Duration adds: "1m", not "1m0s".
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Bytes writes a size: "27 kB", "3 MB".
func Bytes(n int64) string {
	switch {
	case n < 10_000:
		return Count(int(n), "byte")
	case n < 10_000_000:
		return strconv.FormatInt(n/1000, 10) + " kB"
	}
	return strconv.FormatInt(n/1_000_000, 10) + " MB"
}

// Number writes a count, which is whole, or a rate, which need not be.
func Number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Times writes how often: "once", "40 times".
func Times(v float64) string {
	if v == 1 {
		return "once"
	}
	return Number(v) + " times"
}
