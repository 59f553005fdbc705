package fix

import "bytes"

// A diffLine is a line of a diff: of both texts, of the old one or of the new one.
type diffLine struct {
	op       byte // ' ', '-' or '+'
	text     string
	old, now int  // lines before it
	masked   bool // a secret is left out of the text
}

// splitLines returns the lines of a text with their ends.
func splitLines(text []byte) []string {
	var lines []string
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\n') + 1
		if i == 0 {
			i = len(text)
		}
		lines = append(lines, string(text[:i]))
		text = text[i:]
	}
	return lines
}

// difference returns the lines of two texts in order, those that both have once. Edits are few, so
// it looks for the shortest way from one text to the other, with Myers' algorithm.
func difference(old, now []string) []diffLine {
	most := len(old) + len(now)
	reach := map[int]int{1: 0}
	var steps []map[int]int
	found := -1
	for d := 0; d <= most && found < 0; d++ {
		snapshot := make(map[int]int, len(reach))
		for k, x := range reach {
			snapshot[k] = x
		}
		steps = append(steps, snapshot)
		for k := -d; k <= d; k += 2 {
			x := reach[k-1] + 1
			if k == -d || k != d && reach[k-1] < reach[k+1] {
				x = reach[k+1]
			}
			for x < len(old) && x-k < len(now) && old[x] == now[x-k] {
				x++
			}
			reach[k] = x
			if x >= len(old) && x-k >= len(now) {
				found = d
				break
			}
		}
	}
	var back []diffLine
	x, y := len(old), len(now)
	for d := found; d >= 0; d-- {
		k := x - y
		before := k - 1
		if k == -d || k != d && steps[d][k-1] < steps[d][k+1] {
			before = k + 1
		}
		px := steps[d][before]
		py := px - before
		for x > px && y > py && x > 0 && y > 0 {
			x, y = x-1, y-1
			back = append(back, diffLine{op: ' ', text: old[x], old: x, now: y})
		}
		if d == 0 {
			break
		}
		if x > px {
			x--
			back = append(back, diffLine{op: '-', text: old[x], old: x, now: y})
		} else {
			y--
			back = append(back, diffLine{op: '+', text: now[y], old: x, now: y})
		}
	}
	lines := make([]diffLine, 0, len(back))
	for i := len(back) - 1; i >= 0; i-- {
		lines = append(lines, back[i])
	}
	return lines
}
