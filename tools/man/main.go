// Man writes the man pages of weir, one a command, into a directory:
//
//	go -C tools/man run . DIRECTORY
//
// SOURCE_DATE_EPOCH is their date, so that a release can be built again. It is a module of its
// own, because weir itself has no use for the library that formats them.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"
	"github.com/weirgraph/weir/cmd"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: man DIRECTORY")
		os.Exit(2)
	}
	root := cmd.Commands()
	root.DisableAutoGenTag = true // it has the date of the day
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "weir", Manual: "weir"}, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
