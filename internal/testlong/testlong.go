// Package testlong has the flag -long of weir's tests:
//
//	go test ./...          # small sizes: every check, within half a minute of CPU
//	go test ./... -long    # the full sizes
//
// go test passes a flag to the tests of every package, so every package with tests has
// to import this one, if only for the flag.
package testlong

import "flag"

var long = flag.Bool("long", false, "run the tests at their full sizes")

// On reports whether the tests run at their full sizes.
func On() bool { return *long }

// N returns the size of a test: the first, or the second with -long. It is for use
// inside tests, where the flags are parsed.
func N(short, long int) int {
	if On() {
		return long
	}
	return short
}
