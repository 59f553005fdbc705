package cmd

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/weirgraph/weir/internal/testlong"
)

var update = flag.Bool("update", false, "write what weir prints into the expected files, for a person to read")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"weir":      func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"helm":      recordedHelm,
		"kustomize": recordedKustomize,
	})
}

// TestScripts runs the command line's contract: transcripts of weir, with their
// inputs and their outputs.
func TestScripts(t *testing.T) {
	testlong.OneSize(t)
	testscript.Run(t, scripts(func(*testscript.Env) {}))
}

// scripts are the transcripts, with what setup changes of their environment.
func scripts(setup func(*testscript.Env)) testscript.Params {
	return testscript.Params{
		Dir:                 "../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// What a terminal, a locale or a user's habits say must not change results.
			env.Setenv("NO_COLOR", "")
			env.Setenv("LANG", "C.UTF-8")
			// Where weir is, and nothing else.
			env.Setenv("BIN", filepath.SplitList(env.Getenv("PATH"))[0])
			setup(env)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	}
}

// exits runs a command that has to end with a given exit code:
//
//	exits 2 weir blast unknown .
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command [argument...]")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("running %s: %v", args[1], err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("%s exited with %d, want %s", strings.Join(args[1:], " "), got, want)
	}
}
