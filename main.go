// Weir reads service manifests and traces and says what would hurt.
package main

import (
	"os"

	"github.com/weirgraph/weir/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
