package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/stage"
)

// leaveVariants returns the kustomizations that are read. Of several with one base that are
// beside each other and named after stages, only one is, because they declare the same
// services; the files of the others are left out, and one problem reports them. Groups with
// one that is named stay as they are.
func (o *overlays) leaveVariants(roots, named []string) []string {
	var kept []string
	stages, left := o.stagesOf(roots), map[string]bool{}
	for _, root := range roots {
		if left[root] {
			continue
		}
		group := o.variantsOf(root, stages)
		if len(group) < 2 || slices.ContainsFunc(group, func(member string) bool { return slices.Contains(named, member) }) {
			kept = append(kept, root)
			continue
		}
		read := slices.MaxFunc(group, func(a, b string) int { return cmp.Compare(stage.Rank(filepath.Base(a)), stage.Rank(filepath.Base(b))) })
		var names []string
		for _, member := range group {
			left[member] = true
			names = append(names, filepath.Base(member))
		}
		kept = append(kept, read)
		o.problems = append(o.problems, graph.Problem{
			Origin: o.known[group[0]].At, Level: graph.Skipped,
			Message: fmt.Sprintf("the overlays %s in %s have one base and are not merged: only %s is read", english.List(names), o.find.name(filepath.Dir(o.known[root].Dir)), filepath.Base(read)),
			Hint:    "name each under variants in weir.yaml to have all of them checked",
		})
	}
	o.leave(left, kept)
	return kept
}

// A stageKey is a directory, and a kustomization that those in it may include.
type stageKey struct{ dir, part string }

// stagesOf returns the kustomizations that are named after stages, by the directory that they are in and by each one that
// makes them up.
func (o *overlays) stagesOf(roots []string) map[stageKey][]string {
	stages := map[stageKey][]string{}
	for _, root := range roots {
		if stage.Rank(filepath.Base(root)) < 0 {
			continue
		}
		for _, part := range o.includes(root) {
			key := stageKey{filepath.Dir(root), part}
			stages[key] = append(stages[key], root)
		}
	}
	return stages
}

// variantsOf returns the kustomizations beside one that are further stages of the same, itself
// included, sorted; nil if it is no stage.
func (o *overlays) variantsOf(root string, stages map[stageKey][]string) []string {
	if stage.Rank(filepath.Base(root)) < 0 {
		return nil
	}
	var group []string
	for _, part := range o.includes(root) {
		if part == root || !o.known[part].Component {
			group = append(group, stages[stageKey{filepath.Dir(root), part}]...)
		}
	}
	slices.Sort(group)
	return slices.Compact(group)
}

// leave leaves out the files of kustomizations that are not kept, unless one that is kept has them.
func (o *overlays) leave(left map[string]bool, kept []string) {
	shared := map[string]bool{}
	for _, root := range kept {
		for _, part := range o.includes(root) {
			shared[part] = true
		}
	}
	for root := range left {
		for _, part := range o.includes(root) {
			if !shared[part] {
				shared[part] = true
				o.take([]string{part})
			}
		}
	}
}

// again returns which of the overlays declare workloads that another one declares, too, from
// the same base: those are further states of it, and are left out. An overlay that is named
// is kept, of the others the one in the highest directory. texts are what they are built to.
func (o *overlays) again(roots []*delivery.Overlay, texts [][]byte, entries []graph.Rendering) map[int]bool {
	named := map[string]bool{}
	for _, entry := range entries {
		named[o.real(entry.Dir)] = true
	}
	order := make([]int, len(roots))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		if named[o.real(roots[i].Dir)] {
			return -1
		}
		return strings.Count(roots[i].Shown, "/")
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	left, names := map[int]bool{}, map[int][]string{}
	workloads := make([]map[string]bool, len(texts))
	for i := range texts {
		workloads[i] = workloadsOf(texts[i])
	}
	var kept []int
	for _, i := range order {
		of := slices.IndexFunc(kept, func(k int) bool {
			return rank(i) >= 0 && o.shareBase(roots[i], roots[k]) && shareWorkload(workloads[i], workloads[k])
		})
		if of < 0 {
			kept = append(kept, i)
			continue
		}
		left[i] = true
		names[kept[of]] = append(names[kept[of]], roots[i].Shown)
	}
	for _, k := range kept {
		if others := names[k]; others != nil {
			slices.Sort(others)
			first := others[:min(len(others), 3)]
			if more := len(others) - len(first); more > 0 {
				first = append(slices.Clone(first), fmt.Sprintf("%d more", more))
			}
			o.problems = append(o.problems, graph.Problem{
				Origin: roots[k].At, Level: graph.Skipped,
				Message: fmt.Sprintf("kustomization %s is read, and %s not: they declare the same workloads and are not merged", roots[k].Shown, english.List(first)),
				Hint:    "name each under variants in weir.yaml to have all of them checked",
			})
		}
	}
	return left
}

func (o *overlays) shareBase(a, b *delivery.Overlay) bool {
	parts := o.includes(o.real(b.Dir))
	return slices.ContainsFunc(o.includes(o.real(a.Dir)), func(part string) bool { return slices.Contains(parts, part) && !o.known[part].Component })
}

// workload matches the kind, name and namespace of a workload in what kustomize writes, where
// the keys of an object are sorted.
var workload = lazy.NewRegexp(`(?m)^kind: (Deployment|StatefulSet|DaemonSet|Rollout|Job|CronJob)\nmetadata:\n(?:  [ \S].*\n)*?  name: (\S+)\n(?:  namespace: (\S+)\n)?`)

func workloadsOf(text []byte) map[string]bool {
	all := map[string]bool{}
	for _, m := range workload.FindAllSubmatch(text, -1) {
		all[string(bytes.Join(m[1:], []byte("/")))] = true
	}
	return all
}

func shareWorkload(a, b map[string]bool) bool {
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}
