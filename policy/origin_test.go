package policy_test

import (
	"slices"
	"testing"
	"unsafe"

	"github.com/weirgraph/weir/policy"
)

// TestOriginIsNoPlace: the zero Origin and places in no source have no names, and compare.
func TestOriginIsNoPlace(t *testing.T) {
	for _, o := range []policy.Origin{{}, policy.Source{}.Whole(), policy.Source{}.At(0, 0)} {
		if o != (policy.Origin{}) || o.File() != "" || o.Reader() != "" || o.RenderedFrom() != "" || o.String() != "" || o.Compare(policy.Origin{}) != 0 {
			t.Errorf("%#v is a place", o)
		}
	}
	if o := (policy.Source{}).At(3, 4); o.String() != ":3:4" || o.Compare(policy.Origin{}) <= 0 {
		t.Errorf("the place 3:4 of no file is %q", o)
	}
}

// TestOriginIsItsPlace: origins are == if and only if they compare as the same place, however
// they were made.
func TestOriginIsItsPlace(t *testing.T) {
	var sorted []policy.Origin
	for _, file := range []string{"", "a.yaml", "b.yaml"} {
		for _, line := range []int32{0, 1, 20} {
			for _, column := range []int32{0, 7} {
				for _, reader := range []string{"", "istio", "kubernetes"} {
					for _, from := range []string{"", "templates/a.yaml"} {
						sorted = append(sorted, policy.Source{Reader: reader, File: file, RenderedFrom: from}.At(line, column))
					}
				}
			}
		}
	}
	if !slices.IsSortedFunc(sorted, policy.Origin.Compare) {
		t.Errorf("not sorted by file, line, column, reader and what it was rendered from: %q", sorted)
	}
	for i, o := range sorted {
		again := policy.Source{Reader: "x" + o.Reader(), File: o.File(), RenderedFrom: o.RenderedFrom()}
		again.Reader = again.Reader[1:]
		if again != o.Source() || again.At(o.Line, o.Column) != o {
			t.Errorf("%q made again is %q", o, again.At(o.Line, o.Column))
		}
		for k, p := range sorted {
			if (o.Compare(p) == 0) != (i == k) || (o == p) != (i == k) || o.Equal(p) != (i == k) {
				t.Errorf("%q and %q: == is %t, Compare %d", o, p, o == p, o.Compare(p))
			}
		}
	}
}

// TestOriginIsSmall: each setting, each service and each call has one or more.
func TestOriginIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(policy.Origin{}); size > 16 {
		t.Errorf("an origin takes %d bytes, want 16", size)
	}
}
