package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	pageItems = 20     // of each list in an answer, unless the question has a limit
	mostItems = 200    // whatever its limit
	pageBytes = 24_000 // of an answer that has more than one item of each list
	kept      = 8      // reports of which further pages can be asked for
)

// The pages are the reports of the last answers. A page has a window of each list of a report, and is
// otherwise what weir -o json writes.
type pages struct {
	sync.Mutex
	reports []report
	next    int
}

// A report is one that weir has written.
type report struct {
	id    string
	limit int // items of each list of a page
	parts map[string]any
	said  string // on standard error
}

// first keeps a report and returns its first page.
func (p *pages) first(data []byte, said string, limit int) (string, error) {
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return "", fmt.Errorf("reading the report of weir: %w", err)
	}
	if check, ok := all["check"].(map[string]any); ok {
		delete(check, "rules") // the list of all rules, the same for every estate
	}
	if limit <= 0 {
		limit = pageItems
	}
	p.Lock()
	defer p.Unlock()
	p.next++
	k := report{strconv.Itoa(p.next), min(limit, mostItems), all, said}
	p.reports = append(p.reports, k)
	if len(p.reports) > kept {
		p.reports = slices.Delete(p.reports, 0, len(p.reports)-kept)
	}
	return k.page(0)
}

// further returns the page of a cursor.
func (p *pages) further(cursor string) (string, error) {
	p.Lock()
	defer p.Unlock()
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	id, from, ok := strings.Cut(string(text), ":")
	offset, err2 := strconv.Atoi(from)
	if err != nil || !ok || err2 != nil || offset < 0 {
		return "", errors.New("the cursor is none that weir-mcp has given; leave it out to begin again")
	}
	i := slices.IndexFunc(p.reports, func(k report) bool { return k.id == id })
	if i < 0 {
		return "", fmt.Errorf("the report of this cursor is no longer kept, only those of the last %d answers; ask again without it", kept)
	}
	return p.reports[i].page(offset)
}

// page returns the items of each list from offset on: as many as fit, at least one of each.
func (k *report) page(offset int) (string, error) {
	for limit := k.limit; ; limit /= 2 {
		left := map[string]int{}
		page, _ := window(k.parts, "", offset, limit, left).(map[string]any)
		if k.said != "" && offset == 0 {
			page["messages"] = firstLines(k.said, pageItems)
		}
		if len(left) > 0 {
			page["more"] = left
			page["cursor"] = base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%s:%d", k.id, offset+limit)))
		}
		text, err := json.Marshal(page)
		if err != nil || len(text) <= pageBytes || limit == 1 {
			return string(text), err
		}
	}
}

// window copies a value with the items of its lists from offset on. It counts in left how many
// come after these. The first object in a list of one, such as an impact, has lists of its own.
func window(value any, path string, offset, limit int, left map[string]int) any {
	switch v := value.(type) {
	case map[string]any:
		copied := map[string]any{}
		for key, inner := range v {
			copied[key] = window(inner, strings.TrimPrefix(path+"."+key, "."), offset, limit, left)
		}
		return copied
	case []any:
		if len(v) == 1 {
			return []any{window(v[0], path, offset, limit, left)}
		}
		from := min(offset, len(v))
		to := min(from+limit, len(v))
		if to < len(v) {
			left[path] = len(v) - to
		}
		return v[from:to]
	}
	return value
}

func firstLines(text string, most int) []string {
	lines := strings.Split(text, "\n")
	if len(lines) > most {
		lines = append(lines[:most:most], fmt.Sprintf("and %d more lines", len(lines)-most))
	}
	return lines
}
