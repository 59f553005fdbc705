package spans

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// Which ids are kept depends neither on the order of spans nor on the number of collectors.
func TestFailing(t *testing.T) {
	for _, traces := range []int{10, maxFailing / 2, maxFailing, 3 * maxFailing} {
		rnd := rand.New(rand.NewPCG(1, uint64(traces)))
		hashes := make([]uint64, traces)
		for i := range hashes {
			hashes[i] = rnd.Uint64()
		}
		var want map[uint64]string
		for _, collectors := range []int{1, 2, 5} {
			list := make([]*Collector, collectors)
			for i := range list {
				list[i] = &Collector{}
			}
			rnd.Shuffle(len(hashes), func(i, j int) { hashes[i], hashes[j] = hashes[j], hashes[i] })
			for i, h := range hashes {
				list[i%collectors].failing.add(h>>6, ID{Hi: h, lo: 1}.String())
			}
			got := AllFailing(list)
			if want == nil {
				want = got
			}
			if !maps.Equal(got, want) || len(got) != min(traces, maxFailing/2) {
				t.Errorf("%d collectors keep %d ids of %d traces, want %d", collectors, len(got), traces, len(want))
			}
		}
	}
}

func TestIDString(t *testing.T) {
	for text, want := range map[string]string{
		"5A58b185775c303c000000000000000f": "5a58b185775c303c000000000000000f",
		"0000000000000000000000000000a00f": "000000000000a00f",
		"f00000000000000000000000000000ff": "f00000000000000000000000000000ff",
		"1-5f84c7a1-zz":                    "",
		"":                                 "",
	} {
		if got := ParseID([]byte(text)).String(); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
