package dapr

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"slices"
)

// A trip is the condition at which a breaker opens: an expression over the counts of its window,
// in the language CEL. What is written alike in Go is known.
type trip struct{ expr ast.Expr }

// parseTrip returns false for an expression that is not known.
func parseTrip(text string) (trip, bool) {
	if len(text) > maxTrip {
		return trip{}, false
	}
	expr, err := parser.ParseExpr(text)
	if err != nil {
		return trip{}, false
	}
	known, counts := true, false
	ast.Inspect(expr, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.BinaryExpr, *ast.ParenExpr, *ast.BasicLit, *ast.UnaryExpr:
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.Ident)
			known = known && ok && (f.Name == "double" || f.Name == "int") && len(n.Args) == 1
		case *ast.Ident:
			counts = counts || slices.Contains(daprCounts, n.Name)
			known = known && (slices.Contains(daprCounts, n.Name) || slices.Contains(tripWords, n.Name))
		default:
			known = false
		}
		return known
	})
	return trip{expr}, known && counts
}

var (
	daprCounts = []string{"requests", "totalSuccesses", "totalFailures", "consecutiveSuccesses", "consecutiveFailures"}
	tripWords  = []string{"true", "false", "double", "int"}
)

// holds reports whether a breaker opens at a failure after which it has seen so many calls and
// failures, the last of them in a row.
func (t trip) holds(calls, failures, inARow int64) bool {
	v := evaluate(t.expr, []int64{calls, calls - failures, failures, 0, inARow})
	return v.Kind() == constant.Bool && constant.BoolVal(v)
}

// maxTrip is longer than any condition that a person writes.
const maxTrip = 500

// mostCalls bounds the calls that are tried.
const mostCalls = 10_000

// inARow returns after how many calls, which all fail, the breaker opens; 0 is never.
func (t trip) inARow() int {
	return least(mostCalls, func(n int64) bool { return t.holds(n, n, n) })
}

// ofShare returns the share of failed calls at which the breaker opens, and how many calls it
// needs for that; 0 if it does not go by shares.
func (t trip) ofShare() (share float64, calls int) {
	of := func(calls int64) int {
		return least(calls, func(n int64) bool { return t.holds(calls, n, 1) })
	}
	if of(1000) == 0 || of(2000) != 2*of(1000) {
		return 0, 0
	}
	return float64(of(1000)) / 1000, least(mostCalls, func(n int64) bool { return t.holds(n, n, 1) })
}

// least returns the least number up to most for which holds is true, 0 if there is none.
func least(most int64, holds func(n int64) bool) int {
	for n := int64(1); n <= most; n++ {
		if holds(n) {
			return int(n)
		}
	}
	return 0
}

// evaluate returns the value of an expression, of unknown kind if it has none: CEL computes with
// two whole numbers or two decimal ones, and compares any two.
func evaluate(e ast.Expr, counts []int64) constant.Value {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return evaluate(e.X, counts)
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return constant.MakeFromLiteral(e.Value, e.Kind, 0)
		}
	case *ast.Ident:
		if i := slices.Index(daprCounts, e.Name); i >= 0 {
			return constant.MakeInt64(counts[i])
		}
		if e.Name == "true" || e.Name == "false" {
			return constant.MakeBool(e.Name == "true")
		}
	case *ast.UnaryExpr:
		x := evaluate(e.X, counts)
		if e.Op == token.NOT && x.Kind() == constant.Bool || e.Op == token.SUB && isNumber(x) {
			return constant.UnaryOp(e.Op, x, 0)
		}
	case *ast.CallExpr:
		f, _ := constant.Float64Val(constant.ToFloat(evaluate(e.Args[0], counts)))
		if e.Fun.(*ast.Ident).Name == "int" {
			return constant.MakeInt64(int64(f))
		}
		return constant.MakeFloat64(f)
	case *ast.BinaryExpr:
		return operate(e.Op, evaluate(e.X, counts), evaluate(e.Y, counts))
	}
	return constant.MakeUnknown()
}

func operate(op token.Token, x, y constant.Value) constant.Value {
	is := func(v constant.Value, b bool) bool { return v.Kind() == constant.Bool && constant.BoolVal(v) == b }
	switch op {
	case token.LAND, token.LOR: // one that decides is enough
		if decides := op == token.LOR; is(x, decides) || is(y, decides) {
			return constant.MakeBool(decides)
		} else if is(x, !decides) && is(y, !decides) {
			return x
		}
	case token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ:
		if isNumber(x) && isNumber(y) {
			return constant.MakeBool(constant.Compare(x, op, y))
		}
	case token.ADD, token.SUB, token.MUL:
		if isNumber(x) && x.Kind() == y.Kind() {
			return constant.BinaryOp(x, op, y)
		}
	case token.QUO:
		if isNumber(x) && x.Kind() == y.Kind() && constant.Sign(y) != 0 {
			if x.Kind() == constant.Int {
				op = token.QUO_ASSIGN // without a rest
			}
			return constant.BinaryOp(x, op, y)
		}
	}
	return constant.MakeUnknown()
}

func isNumber(v constant.Value) bool { return v.Kind() == constant.Int || v.Kind() == constant.Float }
