package awsarg

import "github.com/lanyard-cli/lanyard/internal/awsmodel"

// everything returns operations whose input has a member of every kind, which those
// of the tables have not.
func everything() []*awsmodel.Operation {
	kind := func(k awsmodel.Kind) *awsmodel.Shape { return &awsmodel.Shape{Kind: k} }
	least := func(k awsmodel.Kind, n int) *awsmodel.Shape { return &awsmodel.Shape{Kind: k, Min: n} }
	member := func(name string, s *awsmodel.Shape) *awsmodel.Member { return &awsmodel.Member{Name: name, Shape: s} }
	list := func(name string, s *awsmodel.Shape) *awsmodel.Shape {
		return &awsmodel.Shape{Name: name, Kind: awsmodel.List, Element: member("", s)}
	}
	table := func(name string, s *awsmodel.Shape) *awsmodel.Shape {
		return &awsmodel.Shape{Name: name, Kind: awsmodel.Map, Key: member("", least(awsmodel.String, 2)), Value: member("", s)}
	}
	structure := func(name string, members ...*awsmodel.Member) *awsmodel.Shape {
		return &awsmodel.Shape{Name: name, Kind: awsmodel.Structure, Members: members}
	}
	integer, text := kind(awsmodel.Integer), kind(awsmodel.String)
	scalars := structure(
		"Scalars", member("Text", text), member("Number", integer), member("Long", kind(awsmodel.Long)), member("Part", kind(awsmodel.Double)),
		member("Flag", kind(awsmodel.Boolean)), member("Time", kind(awsmodel.Timestamp)), member("Data", kind(awsmodel.Blob)),
	)
	scalars.Members[0].Required = true
	deep := structure("Deep", member("Numbers", list("Numbers", integer)), member("Scalars", scalars), member("Table", table("Integers", integer)))
	deep.Members = append(deep.Members, member("Deeper", deep), member("Lists", list("Lists", list("Numbers", integer))))
	long := list("LongList", integer)
	long.Min = 2
	all := structure(
		"Everything", member("Text", least(awsmodel.String, 3)), member("Number", least(awsmodel.Integer, 5)), member("Long", kind(awsmodel.Long)),
		member("Part", kind(awsmodel.Float)), member("Flag", kind(awsmodel.Boolean)), member("Time", kind(awsmodel.Timestamp)),
		member("Data", kind(awsmodel.Blob)), member("Blobs", list("Blobs", kind(awsmodel.Blob))), member("Numbers", long),
		member("Flags", list("Flags", kind(awsmodel.Boolean))), member("Parts", list("Parts", kind(awsmodel.Double))),
		member("Scalars", scalars), member("Structures", list("Structures", scalars)), member("Deep", deep),
		member("Deeps", list("Deeps", deep)), member("Texts", table("Texts", text)), member("Integers", table("Integers", integer)),
		member("Tables", table("Tables", scalars)), member("Maps", list("Maps", table("Texts", text))),
		member("Lists", list("Lists", list("Numbers", integer))), member("Behaviour", structure("Behaviour", member("Value", text))),
	)
	pages := structure(
		"Pages", member("Token", least(awsmodel.String, 1)), member("MaxItems", kind(awsmodel.Long)), member("PageSize", integer),
		member("Words", list("Words", text)), member("ClientToken", text), member("Sure", kind(awsmodel.Boolean)),
	)
	pages.Members[4].Required, pages.Members[4].Idempotency, pages.Members[5].Required = true, true, true
	return []*awsmodel.Operation{
		{Name: "PutEverything", CLIName: "put-everything", Method: "POST", URI: "/", Input: member("", all)},
		{
			Name: "ListEverything", CLIName: "list-everything", Method: "POST", URI: "/", Input: member("", pages),
			Paginator: &awsmodel.Paginator{Input: []string{"Token"}, Output: []string{"Token"}, Limit: "MaxItems", Result: []string{"Words"}},
		},
	}
}
