package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/serve"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	port int
	open bool
}

func newServe(r *run) *cobra.Command {
	o := &serveOptions{}
	cmd := &cobra.Command{
		Use:   "serve [source...]",
		Short: "Explore the estate in a browser, with weir behind the page.",
		Long: `Serves the page of -o html to browsers of this machine, and prints its address.
weir answers for any services that fail together and any delay, and reads the
files again when they change. Nothing is written. The address has a token:
whoever has it can read what the sources declare. An interrupt (Ctrl-C) ends it.`,
		Example: `weir serve deploy/
weir serve deploy/ traces.json.gz --open
weir serve deploy/ --port 8080`,
	}
	cmd.Flags().IntVar(&o.port, "port", 0, "listen on this `port` (default any that is free)")
	cmd.Flags().BoolVar(&o.open, "open", false, "open the page in the browser")
	r.addInputFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return takesNoService(cmd.Name(), args, runServe(r, o, args))
	}
	return cmd
}

func runServe(r *run, o *serveOptions, sources []string) error {
	if o.port < 0 || o.port > 65535 {
		return misuse("write a number from 1 to 65535", "--port: no port %d", o.port)
	}
	input, err := r.allInput(sources)
	if err != nil {
		return err
	}
	l := &loader{run: r, sources: sources, input: input}
	first, err := l.load(r.ctx, "")
	if err != nil {
		return err
	}
	r.reportProblems(first.Graph, nil)
	if first.Graph.Len() == 0 {
		message, hint := nothingRead(first.Graph.Coverage())
		return unread(hint, "%s", message)
	}
	r.failed = false // what could not be read is shown in the page
	listener, err := serve.Listen(o.port)
	if err != nil {
		return misuse("name another one with --port, or none", "%w", err)
	}
	server := serve.New(l.options(), first, listener.Addr())
	address := server.Address(listener.Addr())
	if _, err := fmt.Fprintln(r.out, address); err != nil {
		listener.Close()
		return err
	}
	if !r.quiet {
		r.printMessage("serving until an interrupt (Ctrl-C); only this machine can open the address", "")
	}
	if o.open {
		if err := openBrowser(address); err != nil {
			r.printMessage("no browser could be started: "+err.Error(), "open the address")
		}
	}
	warn := func(message string) { r.printMessage(message, "") }
	watched := make(chan error, 1)
	go func() {
		err := server.Watch(r.ctx, first.Found, warn)
		if err != nil {
			warn("changes of files are not seen: " + err.Error())
		}
		watched <- err
	}()
	err = server.Serve(r.ctx, listener)
	if r.ctx.Err() != nil {
		select {
		case <-watched:
		case <-time.After(grace / 2): // of a large estate that is being read
			r.leave.removeAll()
		}
		r.endless = true
	}
	return err
}

// allInput returns what standard input has, if it is a source, so that it can be read again.
func (r *run) allInput(sources []string) ([]byte, error) {
	listed := len(sources) == 0 && slices.ContainsFunc(r.config.Sources, func(s native.Source) bool { return s.Path == ingest.Stdin })
	if !listed && !slices.Contains(sources, ingest.Stdin) || terminal(r.in) != nil { // load reports a terminal
		return nil, nil
	}
	text, err := io.ReadAll(r.in)
	if err != nil {
		return nil, unread("", "reading standard input: %w", err)
	}
	return text, nil
}

// A loader reads the sources and the configuration of a run, again and again.
type loader struct {
	run     *run
	sources []string
	input   []byte // from standard input
}

// options are those of a server of the sources.
func (l *loader) options() serve.Options {
	return serve.Options{
		Load: func(ctx context.Context, changes string) (*serve.Estate, error) {
			e, err := l.load(ctx, changes)
			return e, explained(err)
		},
		Read:    l.run.openRoots(l.sources).read,
		Version: version(),
	}
}

// load reads everything as it is now, and a manifest of changes beside it.
func (l *loader) load(ctx context.Context, changes string) (*serve.Estate, error) {
	now := l.run.forState()
	now.ctx = ctx
	if l.input != nil {
		now.in = bytes.NewReader(l.input)
	}
	e := &serve.Estate{}
	now.found = &e.Found
	var err error
	if now.config, err = readSettings(ctx, now.configPath, now.followOutside); err != nil {
		return nil, err
	}
	if err := now.config.checkVariants(now.variants); err != nil {
		return nil, err
	}
	if changes != "" {
		now.config.Texts = append(slices.Clip(now.config.Texts), ingest.Text{Name: serve.TriedFile, Text: changes})
	}
	variant, err := now.one(l.sources)
	if err != nil {
		return nil, err
	}
	g, err := now.load(l.sources, variant)
	if err != nil {
		return nil, err
	}
	e.State = analyze.State{Graph: g, Check: now.checkShowing(g, rules.Selection{})}
	for _, p := range g.Coverage().Problems {
		if p.Level == graph.Failed {
			e.Broken = append(e.Broken, problemText(p))
		}
	}
	for _, named := range slices.Concat(l.sources, now.config.Parts, []string{configName}, now.estateAt) {
		if p, err := filepath.Abs(named); err == nil && named != ingest.Stdin {
			e.Files = append(e.Files, p)
		}
	}
	return e, nil
}

// explained is an error whose text has its hint, too: a page shows it.
func explained(err error) error {
	var f *exitError
	if errors.As(err, &f) && f.hint != "" {
		return fmt.Errorf("%w; %s", err, f.hint)
	}
	return err
}

// openBrowser starts the browser of the user.
func openBrowser(address string) error {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open"}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	cmd := exec.Command(command[0], append(command[1:], address)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
