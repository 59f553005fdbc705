package cmd

import (
	"errors"
	"fmt"
)

// Exit codes, the same in every format.
const (
	exitClean    = 0
	exitFindings = 1 // findings at or above --fail-on
	exitMisuse   = 2 // a flag, the configuration, a service that does not exist
	exitUnread   = 3 // some input could not be read, everything else was reported
)

// An exitError ends a run: message, hint and exit code.
type exitError struct {
	err  error  // nil if the message is already written
	hint string // may be empty
	code int
	help bool // also print the help of the command
}

func (f *exitError) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *exitError) Unwrap() error { return f.err }

// misuse is the error of a command line or a configuration that is invalid.
func misuse(hint, format string, args ...any) error {
	return &exitError{err: fmt.Errorf(format, args...), hint: hint, code: exitMisuse}
}

// unread is the error of a run whose inputs cannot be read.
func unread(hint, format string, args ...any) error {
	return &exitError{err: fmt.Errorf(format, args...), hint: hint, code: exitUnread}
}

// hintOf returns the hint of an error of another package, "" if it has none.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// exitWith ends a run with an exit code and without a message.
func exitWith(code int) error { return &exitError{code: code} }
