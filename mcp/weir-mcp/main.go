// Weir-mcp answers questions about an estate to programs that speak the Model Context Protocol,
// over standard input and output. It is a module of its own: the SDK of the protocol would add 2.4 MB
// to weir, and 2 ms to its start.
//
//	go build -C mcp -o ~/bin/weir-mcp ./weir-mcp
//	weir-mcp deploy/ traces/          # the sources that may be read, by default the current directory
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "usage: weir-mcp [source...]\n\nServes the Model Context Protocol on standard input and output: tools that\nanswer with the reports of weir about the sources, by default the current\ndirectory. Nothing outside of them is read, and nothing is written.")
		if os.Args[1] != "--help" && os.Args[1] != "-h" {
			os.Exit(2)
		}
		return
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "weir-mcp:", err)
		os.Exit(2)
	}
}

func run(sources []string) error {
	for _, variable := range os.Environ() { // what weir would take as flags
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "WEIR_") {
			os.Unsetenv(name)
		}
	}
	e, err := newEstate(sources)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err = newServer(e).Run(ctx, &mcp.StdioTransport{})
	if ctx.Err() != nil {
		return nil
	}
	return err
}
