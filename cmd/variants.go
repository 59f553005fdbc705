package cmd

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/internal/english"
)

// Variants are states of one estate, such as dev and prod. They are never read into one graph:
// check judges each, the other commands show one.

// selected returns the variants to read: those of --variant, else those that have anything
// below the sources of the command line, all if there are none. Standard input has no
// variants.
func (r *run) selected(sources []string) []native.Variant {
	var chosen []native.Variant
	for _, v := range r.config.Variants {
		switch {
		case len(r.variants) > 0:
			if slices.Contains(r.variants, v.Name) {
				chosen = append(chosen, v)
			}
		case len(sources) == 0 || !slices.Contains(sources, "-") && slices.ContainsFunc(v.Paths(), func(p string) bool { return below(p, sources) }):
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// below reports whether a path is one of sources or in a directory that is one.
func below(path string, sources []string) bool {
	return slices.ContainsFunc(sources, func(source string) bool {
		from, err := filepath.Abs(source)
		if err != nil {
			return false
		}
		to, err := filepath.Abs(path)
		if err != nil {
			return false
		}
		rel, err := filepath.Rel(from, to)
		return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
	})
}

// one returns the variant that a command about one graph reads, nil if the configuration has
// none.
func (r *run) one(sources []string) (*native.Variant, error) {
	chosen := r.selected(sources)
	switch len(chosen) {
	case 0:
		return nil, nil
	case 1:
		return &chosen[0], nil
	}
	var names []string
	for _, v := range chosen {
		names = append(names, v.Name)
	}
	return nil, misuse("write --variant "+names[0], "the estate has the variants %s, and %s shows one", english.List(names), r.command.CommandPath())
}

// pathsOfOthers returns the sources and overlays that belong to other variants only.
func (r *run) pathsOfOthers(variant *native.Variant) []string {
	own := variant.Paths()
	var paths []string
	for _, v := range r.config.Variants {
		for _, s := range v.Sources {
			if !slices.Contains(own, s.Path) {
				paths = append(paths, s.Path)
			}
		}
		for _, o := range v.Overlays {
			if !slices.Contains(own, o.Dir) {
				paths = append(paths, o.Dir)
			}
		}
	}
	return paths
}
