// Package testlong has the flag -long of weir's tests:
//
//	go test ./...               # small sizes: every check
//	go test ./... -long         # the full sizes
//	go test ./... -long=only    # the same without costly tests that have one size
//
// go test passes a flag to the tests of every package, so every package with tests has
// to import this one, if only for the flag.
package testlong

import (
	"flag"
	"strconv"
	"testing"
)

// size is the value of the flag.
type size struct{ long, only bool }

var flagged size

func init() {
	flag.Var(&flagged, "long", "run the tests at their full sizes; with only, without costly tests that have one size")
}

func (s *size) IsBoolFlag() bool { return true }

func (s *size) String() string {
	if s.only {
		return "only"
	}
	return strconv.FormatBool(s.long)
}

func (s *size) Set(text string) (err error) {
	if s.only = text == "only"; s.only {
		s.long = true
		return nil
	}
	s.long, err = strconv.ParseBool(text)
	return err
}

// On reports whether the tests run at their full sizes.
func On() bool { return flagged.long }

// OneSize skips a test under -long=only: it costs more than a second of CPU, and has no larger size.
// A test that calls it does not call N or On.
func OneSize(t *testing.T) {
	t.Helper()
	if flagged.only {
		t.Skip("has one size, which runs without -long")
	}
}

// Every reports whether the test is for the i-th of many of one kind: each with -long, else one of some.
func Every(some, i int) bool { return On() || i%some == 0 }

// N returns the size of a test: the first, or the second with -long. It is for use
// inside tests, where the flags are parsed.
func N(short, long int) int {
	if On() {
		return long
	}
	return short
}
