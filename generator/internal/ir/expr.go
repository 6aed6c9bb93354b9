package ir

import (
	"math/big"
	"strconv"
	"strings"
)

func stringExpr(s string) *Expr { return &Expr{Kind: ExprString, Text: s} }
func intExpr(n int64) *Expr     { return &Expr{Kind: ExprInt, Int: n} }
func uintExpr(n uint64) *Expr   { return &Expr{Kind: ExprUint, Uint: n} }
func floatExpr(f float64) *Expr { return &Expr{Kind: ExprFloat, Float: f} }
func boolExpr(v bool) *Expr     { return &Expr{Kind: ExprBool, Bool: v} }
func nameExpr(g *GoType) *Expr  { return &Expr{Kind: ExprName, Go: g} }

func callExpr(g *GoType, args ...*Expr) *Expr { return &Expr{Kind: ExprCall, Go: g, Args: args} }
func listExpr(g *GoType, args ...*Expr) *Expr { return &Expr{Kind: ExprComposite, Go: g, Args: args} }

// String returns the expression as Go source; it is the identity of a rule, and what tests read.
func (e *Expr) String() string {
	switch e.Kind {
	case ExprString:
		return strconv.Quote(e.Text)
	case ExprInt:
		return strconv.FormatInt(e.Int, 10)
	case ExprUint:
		return strconv.FormatUint(e.Uint, 10)
	case ExprFloat:
		return strconv.FormatFloat(e.Float, 'g', -1, 64)
	case ExprBool:
		return strconv.FormatBool(e.Bool)
	case ExprName:
		return e.Go.String()
	case ExprCall:
		return e.Go.String() + "(" + e.args() + ")"
	case ExprComposite:
	}
	return e.Go.String() + "{" + e.args() + "}"
}

func (e *Expr) args() string {
	parts := make([]string, len(e.Args))
	for i, a := range e.Args {
		parts[i] = a.String()
		if e.Keys != nil {
			parts[i] = e.Keys[i] + ": " + parts[i]
		}
	}
	return strings.Join(parts, ", ")
}

// maxExponent bounds the numbers that are taken apart exactly: 1e400 is, 1e999999999 is not.
const maxExponent = 4096

// exact returns the value of a JSON number, false for what is no number or has an exponent beyond reason.
func exact(text string) (*big.Rat, bool) {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if exp, err := strconv.Atoi(text[i+1:]); err != nil || exp > maxExponent || exp < -maxExponent {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
