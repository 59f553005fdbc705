// Cycles counts the files of each package of weir that refer to each other in a
// cycle, and holds the count under a limit.
//
// File a refers to file b when an identifier in a, that of a method or a field
// too, is declared in b. Files in one strongly connected component have no order
// in which they can be read: each needs all others. Tests are left out. For every
// package the table also gives
//
//   - the lines of all files, and those of the files in the biggest cycle,
//   - exported names that no other package uses: names of the package block that
//     neither another package nor its tests write, and types that nothing used
//     from outside is made of,
//   - structs with more than 15 fields.
//
// Run it from the root of the module:
//
//	go -C tools run ./cycles           # the table, and an error over a limit
//	go -C tools run ./cycles -v        # the files, names and structs that are counted
//	go -C tools run ./cycles -lower    # write the limits that can fall
//
// The limits are in the file limits, one line a package. A package that has no line
// may have a cycle of up to 12 files. A limit above the biggest cycle is an
// error as well, so that it can only fall.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	dir := flag.String("dir", "..", "`directory` of the module")
	file := flag.String("limits", "cycles/limits", "`file` with the largest cycle allowed, one line a package")
	lower := flag.Bool("lower", false, "write limits that are too high, and those of new packages, as they are now")
	verbose := flag.Bool("v", false, "name the files, exported names and structs")
	flag.Parse()

	rooms, err := measure(*dir)
	if err != nil {
		fail(err)
	}
	printTable(os.Stdout, rooms)
	if *verbose {
		printNames(os.Stdout, rooms)
	}
	limits, err := readLimits(*file)
	if err != nil {
		fail(err)
	}
	if *lower {
		if err := os.WriteFile(*file, limits.lowered(rooms), 0o666); err != nil {
			fail(err)
		}
	}
	if wrong := limits.check(rooms, *lower); len(wrong) > 0 {
		fail(fmt.Errorf("%s", strings.Join(wrong, "\n")))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func printTable(out io.Writer, rooms []*room) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "files\tlines\tin cycle\tits lines\tunused names\tbig structs\t  package")
	var all room
	var unused, big int
	for _, r := range rooms {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%d\t  %s\n",
			r.files, r.lines, len(r.cycle), r.cycleLines, len(r.unused), len(r.bigStructs), r.name)
		all.files += r.files
		all.lines += r.lines
		unused += len(r.unused)
		big += len(r.bigStructs)
	}
	fmt.Fprintf(w, "%d\t%d\t\t\t%d\t%d\t  %d packages\n", all.files, all.lines, unused, big, len(rooms))
	w.Flush()
}

func printNames(out io.Writer, rooms []*room) {
	for _, r := range rooms {
		for _, list := range []struct {
			title string
			names []string
		}{
			{"cycle", r.cycle}, {"unused", r.unused}, {"structs", r.bigStructs},
		} {
			if len(list.names) > 0 {
				fmt.Fprintf(out, "\n%s, %s: %s\n", r.name, list.title, strings.Join(list.names, " "))
			}
		}
	}
}
