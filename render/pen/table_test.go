package pen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestTableFits(t *testing.T) {
	columns := []Column{{Head: "SERVICE"}, {Head: "DEPTH", Right: true}, {Head: "CALLS", Wrap: true}, {Head: "PLACE"}}
	rows := [][]string{
		{"shop/cart", "2", "shop/stock, shop/prices and 3 others", "deploy/cart.yaml:3:5"},
		{"shop/stock", "", "a-database-with-a-long-name.example.com", "deploy/stock.yaml:13:5"},
	}
	for width, want := range map[int]string{
		90: `SERVICE     DEPTH  CALLS                                    PLACE
shop/cart       2  shop/stock, shop/prices and 3 others     deploy/cart.yaml:3:5
shop/stock         a-database-with-a-long-name.example.com  deploy/stock.yaml:13:5
`,
		60: `shop/cart
  depth 2; calls shop/stock, shop/prices and 3 others; place
  deploy/cart.yaml:3:5
shop/stock
  calls a-database-with-a-long-name.example.com; place
  deploy/stock.yaml:13:5
`,
	} {
		var b strings.Builder
		p := New(&b, Terminal{Width: width})
		p.Table(columns, rows)
		p.Flush()
		if b.String() != want {
			t.Errorf("at %d columns:\n%s\nwant\n%s", width, b.String(), want)
		}
		for line := range strings.Lines(b.String()) {
			if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("a line has %d columns of %d: %q", n, width, line)
			}
		}
	}
}
