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

// A exitError ends a run: what is wrong, the way out, and the exit code.
type exitError struct {
	err  error  // nil if everything was said already
	hint string // may be empty
	code int
	help bool // show how the command is used, too
}

func (f *exitError) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *exitError) Unwrap() error { return f.err }

// misuse is what a command returns when it was asked for something impossible.
func misuse(hint, format string, args ...any) error {
	return &exitError{err: fmt.Errorf(format, args...), hint: hint, code: exitMisuse}
}

// unread is what a command returns when it cannot answer for want of input.
func unread(hint, format string, args ...any) error {
	return &exitError{err: fmt.Errorf(format, args...), hint: hint, code: exitUnread}
}

// hintOf returns the way out that an error of another package brings with it.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// exitWith ends a run with a code when everything was said already.
func exitWith(code int) error { return &exitError{code: code} }
