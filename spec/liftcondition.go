package spec

// condition lifts a keyword whose schemas say no more of a value than whether they are true of it, or of what others left over.
func (l *lifter) condition(s *Schema, n, kid *node) bool {
	switch kid.key {
	case "not":
		s.Not = l.schema(kid)
	case "if":
		s.If = l.schema(kid)
	case "then", "else":
		if n.get("if") != nil {
			l.branch(s, kid)
		}
	case "contains":
		s.Contains = l.schema(kid)
	case "minContains", "maxContains":
		if n.get("contains") != nil {
			l.contained(s, kid)
		}
	case "propertyNames":
		s.PropertyNames = l.schema(kid)
	case "unevaluatedItems":
		s.UnevaluatedItems = l.schema(kid)
	case "unevaluatedProperties":
		s.UnevaluatedProperties = l.schema(kid)
	case "additionalItems":
		l.additionalItems(s, n, kid)
	case "dependentRequired":
		for _, member := range l.kids(kid) {
			s.DependentRequired = append(s.DependentRequired, l.dependency(member))
		}
	case "dependentSchemas":
		s.DependentSchemas = l.properties(kid)
	case "dependencies":
		l.dependencies(s, kid)
	default:
		return false
	}
	return true
}

func (l *lifter) contained(s *Schema, n *node) {
	if n.key == "minContains" {
		s.MinContains = countOf(n)
	} else {
		s.MaxContains = countOf(n)
	}
}

func (l *lifter) branch(s *Schema, n *node) {
	if n.key == "then" {
		s.Then = l.schema(n)
	} else {
		s.Else = l.schema(n)
	}
}

// additionalItems is what items is beside prefixItems now. Beside one schema for all items it never meant anything.
func (l *lifter) additionalItems(s *Schema, n, kid *node) {
	if n.get("prefixItems") == nil || n.get("items") != nil {
		return
	}
	l.warn(kid, "old-keyword", "additionalItems is a keyword of old drafts of JSON Schema; it is read as items", "write items beside prefixItems")
	s.Items = l.schema(kid)
}

func (l *lifter) dependency(n *node) *Dependency {
	return &Dependency{Loc: n.keyLoc(), Name: n.key, Required: l.required(n)}
}

// dependencies lifts the keyword of old drafts that dependentRequired and dependentSchemas come from.
func (l *lifter) dependencies(s *Schema, n *node) {
	l.warn(n, "old-keyword", "dependencies is a keyword of old drafts of JSON Schema; it is read as dependentRequired and dependentSchemas", "write those")
	for _, kid := range l.kids(n) {
		if kid.shape == shapeList {
			s.DependentRequired = append(s.DependentRequired, l.dependency(kid))
			continue
		}
		s.DependentSchemas = append(s.DependentSchemas, &Property{Loc: kid.keyLoc(), Name: kid.key, Schema: l.schema(kid)})
	}
}
