package cmd

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
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
//
// "exits 0 weir ..." runs weir in the process of the test, unless it is to read its input, "-": to start a
// process costs more than most runs. With -long, and after "exec", each is a process of its own.
func TestScripts(t *testing.T) {
	p := scripts(func(*testscript.Env) {})
	if testlong.On() {
		testscript.Run(t, p)
		return
	}
	p.Cmds["exits"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) < 2 || args[1] != "weir" || slices.Contains(args, "-") {
			exits(ts, neg, args)
			return
		}
		checkExit(ts, args, runHere(ts, args[2:]))
	}
	testscript.RunT(inTurn{t}, p)
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
	checkExit(ts, args, got)
}

func checkExit(ts *testscript.TestScript, args []string, got int) {
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("%s exited with %d, want %s", strings.Join(args[1:], " "), got, want)
	}
}

var (
	changesEnv = regexp.MustCompile(`(?m)^env .*`)
	variable   = regexp.MustCompile(`(\w+)=`)
)

// runHere runs weir in the directory and with the environment of a script, and returns its exit code.
func runHere(ts *testscript.TestScript, args []string) int {
	outside := os.Environ()
	os.Clearenv()
	names := []string{"PATH", "HOME", "TMPDIR", "NO_COLOR", "LANG"}
	script, err := txtar.ParseFile("../testdata/script/" + ts.Name() + ".txtar")
	ts.Check(err)
	for _, line := range changesEnv.FindAll(script.Comment, -1) {
		for _, m := range variable.FindAllSubmatch(line, -1) {
			names = append(names, string(m[1]))
		}
	}
	for _, name := range names {
		ts.Check(os.Setenv(name, ts.Getenv(name)))
	}
	ts.Check(os.Setenv("GOGC", "100")) // the limits of memory are those of a process
	here, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() {
		ts.Check(os.Chdir(here))
		os.Clearenv()
		for _, variable := range outside {
			name, value, _ := strings.Cut(variable, "=")
			ts.Check(os.Setenv(name, value))
		}
	}()
	return Main(args, strings.NewReader(""), ts.Stdout(), ts.Stderr())
}

// inTurn runs scripts one after the other: a process has one working directory.
type inTurn struct{ *testing.T }

func (inTurn) Parallel() {}

func (t inTurn) Run(name string, run func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { run(inTurn{t}) })
}

func (inTurn) Verbose() bool { return testing.Verbose() }
