// Package cmd is the command line: one file a command, flags in, exit code out.
package cmd

import "io"

// Main runs weir with its arguments, without the program's name, and returns the
// exit code: 0 clean, 1 findings, 2 misuse, 3 some input could not be read.
func Main(args []string, in io.Reader, out, err io.Writer) int { return 0 }
