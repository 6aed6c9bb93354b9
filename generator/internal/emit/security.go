package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printSecurity prints security_gen.go: who may call, and what a client proves it with.
func printSecurity(f *file, p *ir.Package) {
	all := []*ir.Security{p.Security}
	for _, h := range p.Hooks {
		all = append(all, h.Security)
	}
	for _, s := range all {
		if s == nil {
			continue
		}
		if p.Server {
			printAuthenticator(f, s)
		}
		for _, scheme := range s.Schemes {
			if p.Client && scheme.OwnOption {
				printCredential(f, scheme)
			}
		}
	}
}

func printAuthenticator(f *file, s *ir.Security) {
	f.decl(s.Authenticator+" checks who is asking, one method a security scheme. Each returns the context that the handler gets, ctx or one made of it."+
		" An error that is tornado.ErrForbidden answers 403, any other one 401. The methods are called concurrently.",
		jen.Type().Id(s.Authenticator).InterfaceFunc(func(g *jen.Group) {
			for i, scheme := range s.Schemes {
				if i > 0 {
					g.Line()
				}
				addComment(g, scheme.Doc)
				g.Id(scheme.Method).Add(authSignature(scheme, "ctx", scheme.Param))
			}
		}))
	f.decl(s.Unimplemented+" is for a service whose authenticator is not written yet: while that embeds it, an operation that asks who is calling"+
		" checks its input and answers 501.", jen.Type().Id(s.Unimplemented).Struct())
	f.decl("", jen.Func().Params(jen.Id(s.Unimplemented)).Id("unimplemented").Params().Block())
	for _, scheme := range s.Schemes {
		f.decl("",
			jen.Func().Params(jen.Id(s.Unimplemented)).Id(scheme.Method).Add(authSignature(scheme, "_", "c")).Block(
				jen.Return(jen.Nil(), tornado("NotImplemented").Call(jen.Id("c").Dot("Operation"))),
			))
	}
	f.decl("", jen.Func().Id(s.Add).Params(jen.Id("api").Op("*").Add(tornado("API")), jen.Id("auth").Id(s.Authenticator)).BlockFunc(func(g *jen.Group) {
		for _, scheme := range s.Schemes {
			g.Add(addScheme(scheme))
		}
		marked := jen.Custom(jen.Options{Open: "interface{ ", Close: " }"}, jen.Id("unimplemented").Params())
		g.If(jen.List(jen.Id("_"), jen.Id("ok")).Op(":=").Id("auth").Assert(marked), jen.Id("ok")).Block(
			jen.Id("api").Dot("SecurityUnimplemented").Call(),
		)
	}))
}

func authSignature(s *ir.Scheme, ctx, param string) *jen.Statement {
	return jen.Params(jen.Id(ctx).Qual("context", "Context"), jen.Id(param).Add(goType(s.Credential))).
		Params(jen.Qual("context", "Context"), jen.Error())
}

// keyPlaces are the constants of tornado for where an API key stands.
var keyPlaces = map[ir.In]string{ir.InHeader: "InHeader", ir.InQuery: "InQuery", ir.InCookie: "InCookie"}

func addScheme(s *ir.Scheme) jen.Code {
	check := jen.Id("auth").Dot(s.Method)
	api, name := jen.Id("api"), jen.Lit(s.Name)
	switch s.Kind {
	case ir.SecurityAPIKey:
		return tornado("AddAPIKey").Call(api, name, tornado(keyPlaces[s.In]), jen.Lit(s.ParamName), check)
	case ir.SecurityBasic:
		return tornado("AddBasic").Call(api, name, check)
	case ir.SecurityMutualTLS:
		return tornado("AddMutualTLS").Call(api, name, check)
	case ir.SecurityOtherHTTP:
		return tornado("AddHTTP").Call(api, name, jen.Lit(s.HTTP), check)
	case ir.SecurityBearer:
	}
	return tornado("AddBearer").Call(api, name, check)
}

// printCredential prints the client's option for a scheme.
func printCredential(f *file, s *ir.Scheme) {
	var params, credential *jen.Statement
	switch s.Kind {
	case ir.SecurityAPIKey:
		params = jen.Id("key").String()
		credential = client("APIKey").Call(tornado(keyPlaces[s.In]), jen.Lit(s.ParamName), jen.Id("key"))
	case ir.SecurityBasic:
		params = jen.List(jen.Id("user"), jen.Id("password")).String()
		credential = client("Basic").Call(jen.Id("user"), jen.Id("password"))
	case ir.SecurityOtherHTTP:
		params = jen.Id("value").String()
		credential = client("Authorization").Call(jen.Lit(s.HTTP), jen.Id("value"))
	case ir.SecurityBearer:
		params = jen.Id("token").String()
		credential = client("Bearer").Call(jen.Id("token"))
	case ir.SecurityMutualTLS:
		f.decl(s.OptionDoc, jen.Func().Id(s.Option).Params(jen.Id("certificate").Qual("crypto/tls", "Certificate")).Add(client("Option")).Block(
			jen.Return(client("WithCertificate").Call(jen.Lit(s.Name), jen.Id("certificate")))))
		return
	}
	f.decl(s.OptionDoc, jen.Func().Id(s.Option).Params(params).Add(client("Option")).Block(
		jen.Return(client("WithCredential").Call(jen.Lit(s.Name), credential))))
}
