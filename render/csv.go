package render

import (
	"encoding/csv"
	"io"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/render/pen"
)

// csvFormat is for spreadsheets: RFC 4180, a head and a record a row.
var csvFormat = &Format{
	Name:  "csv",
	Doc:   "for spreadsheets: the matrix of policies",
	Shows: matrixPart,
	write: writeCSV,
}

func writeCSV(w io.Writer, r *analyze.Report, _ Options) error {
	heads, rows := matrixTable(r.Graph, r.Matrix, func(c cell) string { return escapeFormula(c.marked()) })
	out := csv.NewWriter(w)
	if err := out.Write(heads); err != nil {
		return err
	}
	for _, row := range rows {
		for i := range row {
			row[i] = escapeFormula(pen.CleanOr(row[i]))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// formula matches the beginning of what a spreadsheet reads as a formula (CWE-1236): of a cell,
// or after a separator of cells in other languages, also in letters of full width.
var formula = lazy.NewRegexp(`(^|[;\t|])(\s*)([=+\-@＝＋－＠])`)

// escapeFormula prevents a spreadsheet from reading a name as a formula.
func escapeFormula(s string) string { return formula.ReplaceAllString(s, "$1$2'$3") }
