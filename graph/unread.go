package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// An Unread is an input that is recognized for what it is, and whose content is not known:
// a chart that is not rendered, an encrypted file.
type Unread struct {
	Kind   *UnreadKind
	Name   string // of a directory or a file, or "Kind/namespace/name" of an object
	Title  string // how messages name it, Name if empty
	Word   string // the kind of an object, where objects of several kinds are one UnreadKind; may be empty
	Hint   string // instead of that of its kind; may be empty
	Origin policy.Origin

	// Paths are directories of a repository that have the content, each as seen from any
	// directory above the input. If all of them are among the inputs, the content is known.
	Paths []string

	// Release is how the one of Paths is rendered, if the object is a release of the chart in it.
	Release *Rendering

	Excuses string // the value of the annotation IgnoreAnnotation of the object
}

// An UnreadKind is what inputs that are not read for one reason have in common.
type UnreadKind struct {
	ID   string // one or more words in kebab-case, for programs that read outputs
	One  string // completes the name of an input: "is encrypted (SOPS): its content is not known"
	Many string // completes a number: "files are encrypted (SOPS): their content is not known"
	Hint string // may be empty
	// Lost: the input deploys services that are not known. The rule not-rendered reports
	// it, and unless it is excused, the run ends as if it could not be read.
	Lost bool
	// Chart: Name is the directory of a chart, of which files without variables are read.
	Chart bool
}

func (k *UnreadKind) String() string { return k.ID }

// An UnreadGroup is the inputs of one kind.
type UnreadGroup struct {
	Kind   *UnreadKind
	Inputs []Unread // at least one, sorted by origin
}

// UnreadGroups returns inputs by kind, first those of kinds that are Lost, then sorted by ID.
func UnreadGroups(inputs []Unread) []UnreadGroup {
	var groups []UnreadGroup
	for _, u := range inputs {
		i := slices.IndexFunc(groups, func(g UnreadGroup) bool { return g.Kind == u.Kind })
		if i < 0 {
			i = len(groups)
			groups = append(groups, UnreadGroup{Kind: u.Kind})
		}
		groups[i].Inputs = append(groups[i].Inputs, u)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.Inputs, compareUnread)
	}
	slices.SortFunc(groups, func(a, b UnreadGroup) int {
		if a.Kind.Lost != b.Kind.Lost {
			if a.Kind.Lost {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Kind.ID, b.Kind.ID)
	})
	return groups
}

func compareUnread(a, b Unread) int {
	return cmp.Or(a.Origin.Compare(b.Origin), strings.Compare(a.Name, b.Name))
}

// SettleUnread sorts inputs by kind, then by origin, and keeps the first of those that have
// one name.
func SettleUnread(inputs []Unread) []Unread {
	var settled []Unread
	for _, group := range UnreadGroups(inputs) {
		seen := map[string]bool{}
		for _, u := range group.Inputs {
			if !seen[u.Name] {
				seen[u.Name] = true
				settled = append(settled, u)
			}
		}
	}
	return settled
}

// Message is one sentence about an input.
func (u *Unread) Message() string { return cmp.Or(u.Title, u.Name) + " " + u.Kind.One }

// Message is one sentence about all inputs of the group, with the numbers of their words if
// they differ.
func (g *UnreadGroup) Message() string {
	if len(g.Inputs) == 1 {
		return g.Inputs[0].Message()
	}
	noun, rest, _ := strings.Cut(g.Kind.Many, " ")
	if words := g.words(); words != "" {
		noun += " (" + words + ")"
	}
	return fmt.Sprintf("%d %s %s", len(g.Inputs), noun, rest)
}

// Hint is how to have the inputs read, if they have that in common.
func (g *UnreadGroup) Hint() string {
	hint := cmp.Or(g.Inputs[0].Hint, g.Kind.Hint)
	for _, u := range g.Inputs {
		if cmp.Or(u.Hint, g.Kind.Hint) != hint {
			return g.Kind.Hint
		}
	}
	return hint
}

// words counts the inputs by their words, the most frequent first: "2 HelmRelease, 1
// Application". If some have none, it names the first of those that are Lost.
func (g *UnreadGroup) words() string {
	counts := map[string]int{}
	var words []string
	for _, u := range g.Inputs {
		if counts[u.Word]++; counts[u.Word] == 1 && u.Word != "" {
			words = append(words, u.Word)
		}
	}
	if counts[""] > 0 && g.Kind.Lost {
		words = nil
		for _, u := range g.Inputs[:min(len(g.Inputs), 3)] {
			words = append(words, u.Name)
		}
		if more := len(g.Inputs) - len(words); more > 0 {
			words = append(words, fmt.Sprintf("%d more", more))
		}
		return strings.Join(words, ", ")
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, w := range words {
		words[i] = fmt.Sprintf("%d %s", counts[w], w)
	}
	return strings.Join(words, ", ")
}
