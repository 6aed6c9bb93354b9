package emit

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// handshake is the constant of the runtime whose absence stops the compiler when generated code and runtime do not fit.
const handshake = "GeneratedByVersion1"

// printRouter prints router_gen.go: the descriptors of the operations, and the document.
func printRouter(f *file, p *ir.Package) {
	f.blank("embed")
	for _, op := range p.Every {
		f.decl(op.Var+" is "+op.Method+" "+op.Path+op.Source.Suffix+".", jen.Var().Id(op.Var).Op("=").Add(operation(op)))
	}
	names := make([]string, len(p.Served()))
	for i, op := range p.Served() {
		names[i] = op.Var
	}
	refs := rows(names, func(name string) jen.Code { return jen.Op("&").Id(name) })
	list := func() *jen.Statement { return jen.Index().Op("*").Add(tornado("Operation")) }
	f.decl(p.Names.Operations+" lists every operation of the API, in the order of the document. The caller must not change what it points to.",
		jen.Func().Id(p.Names.Operations).Params().Add(list()).Block(jen.Return(list().Add(lines("{", "}", refs...)))))
	f.jen.Line()
	f.jen.Comment("//go:embed " + p.API.SourceName)
	f.jen.Var().Id(p.Names.DocumentBytes).Index().Byte()
	f.decl(p.Names.Document+" returns the document that this package was generated from. The caller must not change it.",
		jen.Func().Id(p.Names.Document).Params().Index().Byte().Add(oneLine(jen.Id(p.Names.DocumentBytes))))
	printHandshake(f)
}

func printHandshake(f *file) {
	f.decl("The runtime must be of the version that this package was generated for. If the name is not defined, generate the package anew"+
		" with the tornadogen of the runtime that go.mod names, or update the runtime.",
		jen.Const().Id("_").Op("=").Add(tornado(handshake)))
}

// kinds are the constants of the runtime for the kinds of operations, but that of most.
var kinds = map[ir.OperationKind]string{ir.OperationDeferred: "KindDeferred", ir.OperationStream: "KindStream", ir.OperationSocket: "KindSocket"}

// operation is the descriptor of op: who it is, where it is, and the rest a line each.
func operation(op *ir.Operation) *jen.Statement {
	who := []jen.Code{field("ID", jen.Lit(op.ID)), field("Name", jen.Lit(op.Name))}
	if op.Tag != "" {
		who = append(who, field("Tag", jen.Lit(op.Tag)))
	}
	where := []jen.Code{field("Method", jen.Lit(op.Method)), field("Path", jen.Lit(op.Path))}
	var fields []jen.Code
	if textWidth([]string{op.ID, op.Name, op.Tag}) <= lineWidth {
		fields = append(fields, row(who...))
	} else {
		fields = append(fields, who...)
	}
	fields = append(fields, row(where...))
	if kind := kinds[op.Kind]; kind != "" {
		fields = append(fields, field("Kind", tornado(kind)))
	}
	if op.Query != "" {
		fields = append(fields, field("Query", jen.Lit(op.Query)))
	}
	if op.Choice != nil {
		fields = append(fields, field("Choice", choice(op.Choice)))
	}
	if op.Socket != nil {
		fields = append(fields, field("Socket", socketOptions(op.Socket)))
	}
	if op.Server != "" {
		fields = append(fields, field("Server", jen.Lit(op.Server)))
	}
	if op.Summary != "" {
		fields = append(fields, field("Summary", jen.Lit(op.Summary)))
	}
	if len(op.Security) > 0 {
		fields = append(fields, field("Security", requirements(op.Security)))
	}
	if len(op.Consumes) > 0 {
		fields = append(fields, field("Consumes", stringList(op.Consumes)))
	}
	if len(op.Streams) > 0 {
		fields = append(fields, field("Streams", stringList(op.Streams)))
	}
	if op.MaxBody > 0 {
		fields = append(fields, field("MaxBody", jen.Op(strconv.FormatInt(op.MaxBody, 10))))
	}
	if op.MaxHeader > 0 {
		fields = append(fields, field("MaxHeader", jen.Op(strconv.FormatInt(op.MaxHeader, 10))))
	}
	if op.Timeout > 0 {
		fields = append(fields, field("Timeout", durationOf(op.Timeout)))
	}
	if op.Request.Body != nil && op.Request.Body.Required {
		fields = append(fields, field("BodyRequired", jen.True()))
	}
	if len(op.Produces) > 0 {
		fields = append(fields, field("Produces", stringList(op.Produces)))
	}
	if names := op.ErrorTypes(); len(names) > 0 {
		fields = append(fields, field("Errors", stringList(names)))
	}
	if op.Stream != nil {
		fields = append(fields, field("Stream", streamOptions(op.Stream)))
	}
	return tornado("Operation").Add(lines("{", "}", fields...))
}

// choice says which requests an operation gets of those for its path.
func choice(c *ir.Choice) *jen.Statement {
	fields := []jen.Code{field("Rank", jen.Lit(c.Rank))}
	demands := make([]jen.Code, len(c.Demands))
	for i, d := range c.Demands {
		var of []jen.Code
		if d.In == ir.InHeader {
			of = append(of, field("Header", jen.True()))
		}
		of = append(of, field("Name", jen.Lit(d.Name)))
		if d.Values != nil {
			of = append(of, field("Values", stringList(d.Values)))
		}
		if d.Address {
			of = append(of, field("Address", jen.True()))
		}
		demands[i] = jen.Values(of...)
	}
	if len(demands) > 0 {
		fields = append(fields, field("Demands", jen.Index().Add(tornado("RouteDemand")).Add(lines("{", "}", demands...))))
	}
	return jen.Op("&").Add(tornado("RouteChoice")).Values(fields...)
}

func requirements(list []ir.Requirement) *jen.Statement {
	out := make([]jen.Code, len(list))
	width := 0
	for i, r := range list {
		uses := make([]jen.Code, len(r.Uses))
		for j, use := range r.Uses {
			fields := []jen.Code{field("Scheme", jen.Lit(use.Scheme))}
			width += textWidth(append([]string{use.Scheme}, use.Scopes...))
			if len(use.Scopes) > 0 {
				fields = append(fields, field("Scopes", stringList(use.Scopes)))
			}
			uses[j] = jen.Values(fields...)
		}
		if len(uses) == 0 {
			out[i] = jen.Values()
			continue
		}
		out[i] = jen.Values(field("Uses", jen.Index().Add(tornado("SchemeUse")).Values(uses...)))
	}
	all := jen.Index().Add(tornado("Requirement"))
	if len(list) == 1 && width <= lineWidth/2 {
		return all.Values(out...)
	}
	return all.Add(lines("{", "}", out...))
}
