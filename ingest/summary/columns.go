package summary

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/didyoumean"
)

// Columns are the columns of a table: header by role.
type Columns map[string]string

// A role is what a column can hold.
type role struct {
	name    string
	headers []string
}

// roles are what a column can hold, and the headers by which each is known by default.
// Headers are compared by their letters and digits alone.
var roles = []role{
	{"trace", []string{"traceid", "trace"}},
	{"span", []string{"spanid", "span"}},
	{"parent", []string{"parentid", "parentspanid", "parentspan", "parent"}},
	{"service", []string{"service", "servicename", "app", "appname", "process", "processname"}},
	{"pod", []string{"podname", "pod", "cmdbid"}},
	{"kind", []string{"kind", "spankind", "spantype"}},
	{"peer", []string{"peer", "peername", "peerservice"}},
	{"component", []string{"component"}},
	{"start", []string{"starttimeunixnano", "starttime"}},
	{"end", []string{"endtimeunixnano", "endtime"}},
	{"duration", []string{"duration", "durationus", "durationmicros"}},
	{"error", []string{"error", "iserror", "failed"}},
	{"status", []string{"status", "statuscode", "httpstatuscode"}},
	{"from", []string{"from", "source", "caller", "client", "parent"}},
	{"to", []string{"to", "target", "destination", "callee", "server", "child"}},
	{"calls", []string{"calls", "callcount", "count", "requests"}},
	{"errors", []string{"errors", "errorcount", "failures"}},
}

// ParseColumns reads "role=header,role=header".
func ParseColumns(pairs []string) (Columns, error) {
	c := Columns{}
	for _, pair := range pairs {
		role, header, ok := strings.Cut(pair, "=")
		role, header = strings.TrimSpace(role), strings.TrimSpace(header)
		switch {
		case !ok || header == "":
			return nil, &ColumnError{Message: fmt.Sprintf("%q is not of the form role=header", pair)}
		case !slices.Contains(columnRoles(), role):
			return nil, &ColumnError{Message: fmt.Sprintf("unknown role %q", role), Similar: didyoumean.Suggest(role, columnRoles())}
		}
		c[role] = header
	}
	return c, nil
}

// columnRoles are the names of what a column can hold.
func columnRoles() []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.name
	}
	return names
}

// A ColumnError is a mapping of columns that makes no sense.
type ColumnError struct {
	Message string
	Similar []string
}

func (e *ColumnError) Error() string { return e.Message }

// Hint says how to fix it.
func (e *ColumnError) Hint() string {
	if len(e.Similar) > 0 {
		return fmt.Sprintf("did you mean %q?", e.Similar[0])
	}
	return "roles are " + strings.Join(columnRoles(), ", ")
}

// A table is a text whose first line names its columns.
type table struct {
	header  []string
	columns map[string]int // by role
	chosen  bool           // some column was configured
	rows    *csv.Reader
	row     []string
}

// openTable reads the first line of text. What its columns hold is left open.
func openTable(text []byte) (*table, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	t := &table{rows: csv.NewReader(bytes.NewReader(text)), columns: map[string]int{}}
	t.rows.Comma = separator(text)
	t.rows.FieldsPerRecord, t.rows.LazyQuotes, t.rows.ReuseRecord = -1, true, true
	header, err := t.rows.Read()
	t.header = slices.Clone(header)
	return t, err
}

// assign gives columns their roles. Headers that were configured go before those that are
// known.
func (t *table) assign(configured Columns) {
	for _, role := range roles {
		if name, ok := configured[role.name]; ok {
			if i := slices.Index(t.header, name); i >= 0 {
				t.columns[role.name], t.chosen = i, true
			}
			continue
		}
		for _, known := range role.headers {
			if i := t.find(known); i >= 0 {
				t.columns[role.name] = i
				break
			}
		}
	}
}

// find returns the column with this plain header, or -1.
func (t *table) find(known string) int {
	return slices.IndexFunc(t.header, func(h string) bool { return plain(h) == known })
}

// hasOthers reports whether the table has columns with headers that are not known.
func (t *table) hasOthers() bool {
	return slices.ContainsFunc(t.header, func(h string) bool {
		return !slices.ContainsFunc(roles, func(r role) bool { return slices.Contains(r.headers, plain(h)) })
	})
}

// plain is a header by which it is compared: "Parent_ID" is "parentid".
func plain(header string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, header)
}

// separators may be between the columns.
const separators = ",;\t"

// separator returns the separator of the columns of the first line.
func separator(text []byte) rune {
	line, _, _ := bytes.Cut(head(text), []byte("\n"))
	best, most := ',', 0
	for _, c := range separators {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// has reports whether there is a column for each of the roles.
func (t *table) has(roles ...string) bool {
	return !slices.ContainsFunc(roles, func(r string) bool { _, ok := t.columns[r]; return !ok })
}

// next goes on to the next row. Broken rows are counted and passed over.
func (t *table) next(broken *int) bool {
	for {
		var err error
		if t.row, err = t.rows.Read(); err == nil {
			return true
		}
		if err == io.EOF {
			return false
		}
		*broken++
	}
}

// column returns the column of a role, -1 if there is none.
func (t *table) column(role string) int {
	if i, ok := t.columns[role]; ok {
		return i
	}
	return -1
}

// get returns what a row holds in the column of a role, or nothing.
func (t *table) get(role string) string { return t.at(t.column(role)) }

// at returns what a row holds in a column, or nothing.
func (t *table) at(column int) string {
	if column < 0 || column >= len(t.row) {
		return ""
	}
	return strings.TrimSpace(t.row[column])
}

// line is that of the row in the text.
func (t *table) line() int {
	line, _ := t.rows.FieldPos(0)
	return line
}
