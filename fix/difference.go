package fix

import (
	"bytes"
	"sort"
)

// A diffLine is a line of a diff: of both texts, of the old one or of the new one.
type diffLine struct {
	op       byte // ' ', '-' or '+'
	text     string
	old, now int  // lines before it
	secret   bool // that is left out of the text
	command  bool // that the text does not give any more
}

// masked reports whether the text is not that of the line.
func (l *diffLine) masked() bool { return l.secret || l.command }

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

// difference returns the lines of two texts in order, those that both have once. The time is about
// linear, also of large texts with changes everywhere: these are cut at lines that both have once.
func difference(old, now []string) []diffLine {
	d := &differ{old: old, now: now}
	d.between(0, len(old), 0, len(now))
	return d.lines
}

// A differ adds to the lines of a diff, in order.
type differ struct {
	old, now []string
	lines    []diffLine
}

// maxShortest is how many lines two texts may have together for the shortest way between them to be
// looked for, which takes the square of that at worst.
const maxShortest = 2000

// between adds the lines of a part of both texts.
func (d *differ) between(old, oldEnd, now, nowEnd int) {
	for old < oldEnd && now < nowEnd && d.old[old] == d.now[now] {
		d.both(old, now)
		old, now = old+1, now+1
	}
	same := 0
	for oldEnd-same > old && nowEnd-same > now && d.old[oldEnd-same-1] == d.now[nowEnd-same-1] {
		same++
	}
	oldEnd, nowEnd = oldEnd-same, nowEnd-same
	if oldEnd-old+nowEnd-now <= maxShortest {
		for _, l := range shortest(d.old[old:oldEnd], d.now[now:nowEnd]) {
			l.old, l.now = l.old+old, l.now+now
			d.lines = append(d.lines, l)
		}
	} else if anchors := d.anchors(old, oldEnd, now, nowEnd); len(anchors) == 0 {
		for i := old; i < oldEnd; i++ {
			d.lines = append(d.lines, diffLine{op: '-', text: d.old[i], old: i, now: now})
		}
		for i := now; i < nowEnd; i++ {
			d.lines = append(d.lines, diffLine{op: '+', text: d.now[i], old: oldEnd, now: i})
		}
	} else {
		for _, a := range anchors {
			d.between(old, a[0], now, a[1])
			d.both(a[0], a[1])
			old, now = a[0]+1, a[1]+1
		}
		d.between(old, oldEnd, now, nowEnd)
	}
	for i := range same {
		d.both(oldEnd+i, nowEnd+i)
	}
}

func (d *differ) both(old, now int) {
	d.lines = append(d.lines, diffLine{op: ' ', text: d.old[old], old: old, now: now})
}

// anchors returns lines that both parts have once, as places in both: the most that are in the same
// order in both (patience diff: the longest increasing subsequence).
func (d *differ) anchors(old, oldEnd, now, nowEnd int) [][2]int {
	type seen struct{ olds, nows, old int }
	count := map[string]seen{}
	for i := old; i < oldEnd; i++ {
		s := count[d.old[i]]
		s.olds, s.old = s.olds+1, i
		count[d.old[i]] = s
	}
	for i := now; i < nowEnd; i++ {
		if s, ok := count[d.now[i]]; ok {
			s.nows++
			count[d.now[i]] = s
		}
	}
	type link struct {
		at     [2]int
		before int // the link before it in the longest row that ends with it, -1 for none
	}
	var links []link
	var ends []int // of the rows of each length the link with the smallest place in old that ends one
	for i := now; i < nowEnd; i++ {
		s := count[d.now[i]]
		if s.olds != 1 || s.nows != 1 {
			continue
		}
		n := sort.Search(len(ends), func(k int) bool { return links[ends[k]].at[0] >= s.old })
		before := -1
		if n > 0 {
			before = ends[n-1]
		}
		links = append(links, link{[2]int{s.old, i}, before})
		if n == len(ends) {
			ends = append(ends, 0)
		}
		ends[n] = len(links) - 1
	}
	if len(ends) == 0 {
		return nil
	}
	row := make([][2]int, len(ends))
	at := ends[len(ends)-1]
	for i := len(row) - 1; i >= 0; i-- {
		row[i], at = links[at].at, links[at].before
	}
	return row
}

// shortest is difference by Myers' algorithm, which finds the fewest changes.
func shortest(old, now []string) []diffLine {
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
