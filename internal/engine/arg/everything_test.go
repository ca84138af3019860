package arg

import "github.com/lanyard-cli/lanyard/internal/engine/model"

// everything returns operations whose inputs have members of every kind. No operation of the
// tables has all kinds.
func everything() []*model.Operation {
	kind := func(k model.Kind) *model.Shape { return &model.Shape{Kind: k} }
	least := func(k model.Kind, n int) *model.Shape { return &model.Shape{Kind: k, Min: n} }
	member := func(name string, s *model.Shape) *model.Member { return &model.Member{Name: name, Shape: s} }
	list := func(name string, s *model.Shape) *model.Shape {
		return &model.Shape{Name: name, Kind: model.List, Element: member("", s)}
	}
	table := func(name string, s *model.Shape) *model.Shape {
		return &model.Shape{Name: name, Kind: model.Map, Key: member("", least(model.String, 2)), Value: member("", s)}
	}
	structure := func(name string, members ...*model.Member) *model.Shape {
		return &model.Shape{Name: name, Kind: model.Structure, Members: members}
	}
	integer, text := kind(model.Integer), kind(model.String)
	scalars := structure(
		"Scalars", member("Text", text), member("Number", integer), member("Long", kind(model.Long)), member("Part", kind(model.Double)),
		member("Flag", kind(model.Boolean)), member("Time", kind(model.Timestamp)), member("Data", kind(model.Blob)),
	)
	scalars.Members[0].Required = true
	deep := structure("Deep", member("Numbers", list("Numbers", integer)), member("Scalars", scalars), member("Table", table("Integers", integer)))
	deep.Members = append(deep.Members, member("Deeper", deep), member("Lists", list("Lists", list("Numbers", integer))))
	long := list("LongList", integer)
	long.Min = 2
	all := structure(
		"Everything", member("Text", least(model.String, 3)), member("Number", least(model.Integer, 5)), member("Long", kind(model.Long)),
		member("Part", kind(model.Float)), member("Flag", kind(model.Boolean)), member("Time", kind(model.Timestamp)),
		member("Data", kind(model.Blob)), member("Blobs", list("Blobs", kind(model.Blob))), member("Numbers", long),
		member("Flags", list("Flags", kind(model.Boolean))), member("Parts", list("Parts", kind(model.Double))),
		member("Scalars", scalars), member("Structures", list("Structures", scalars)), member("Deep", deep),
		member("Deeps", list("Deeps", deep)), member("Texts", table("Texts", text)), member("Integers", table("Integers", integer)),
		member("Tables", table("Tables", scalars)), member("Maps", list("Maps", table("Texts", text))),
		member("Lists", list("Lists", list("Numbers", integer))), member("Behaviour", structure("Behaviour", member("Value", text))),
	)
	pages := structure(
		"Pages", member("Token", least(model.String, 1)), member("MaxItems", kind(model.Long)), member("PageSize", integer),
		member("Words", list("Words", text)), member("ClientToken", text), member("Sure", kind(model.Boolean)),
	)
	pages.Members[4].Required, pages.Members[4].Idempotency, pages.Members[5].Required = true, true, true
	return []*model.Operation{
		{Name: "PutEverything", CLIName: "put-everything", Method: "POST", URI: "/", Input: member("", all)},
		{
			Name: "ListEverything", CLIName: "list-everything", Method: "POST", URI: "/", Input: member("", pages),
			Paginator: &model.Paginator{Input: []string{"Token"}, Output: []string{"Token"}, Limit: "MaxItems", Result: []string{"Words"}},
		},
	}
}
