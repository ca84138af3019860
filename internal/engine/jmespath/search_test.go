package jmespath

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

const ec2 = `{"Reservations": [
	{"OwnerId": "1", "Instances": [
		{"State": {"Name": "running"}, "Tags": [{"Key": "env", "Value": "dev"}, {"Key": "Name", "Value": "web-1"}],
			"InstanceId": "i-01", "Cpu": 2},
		{"State": {"Name": "stopped"}, "Tags": [], "InstanceId": "i-02", "Cpu": 4}]},
	{"OwnerId": "2", "Instances": [
		{"State": {"Name": "running"}, "Tags": [{"Value": "db", "Key": "Name"}], "InstanceId": "i-03", "Cpu": 1.5}]}]}`

const mixed = `{"z": 1, "a": {"y": "é", "b": null}, "m": [[1, 2], [3, [4]], 5], "s": "😀x", "f": 1.0, "t": true,
	"e": "", "o": {}}`

// Python's jmespath 1.0.1 on Python 3.13 returns these results.
func TestSearch(t *testing.T) {
	tests := []struct{ expr, doc, want string }{
		// Members and their order.
		{"Reservations[].Instances[].{Id: InstanceId, Name: Tags[?Key=='Name']|[0].Value}", ec2, `[{"Id":"i-01","Name":"web-1"},{"Id":"i-02","Name":null},{"Id":"i-03","Name":"db"}]`},
		{"Reservations[].Instances[].Tags[]", ec2, `[{"Key":"env","Value":"dev"},{"Key":"Name","Value":"web-1"},{"Value":"db","Key":"Name"}]`},
		{"Reservations[*].Instances[*].InstanceId", ec2, `[["i-01","i-02"],["i-03"]]`},
		{"Reservations[].Instances[].[InstanceId, State.Name]", ec2, `[["i-01","running"],["i-02","stopped"],["i-03","running"]]`},
		{"Reservations[0].Instances[0].*", ec2, `[{"Name":"running"},[{"Key":"env","Value":"dev"},{"Key":"Name","Value":"web-1"}],"i-01",2]`},
		{"Reservations[0].Instances[0] | keys(@)", ec2, `["State","Tags","InstanceId","Cpu"]`},
		{"{z: z, a: s, b: f, a: e}", mixed, `{"z":1,"a":"","b":1.0}`},
		{`{"é": z, "q\"": f}`, mixed, `{"\u00e9":1,"q\"":1.0}`},
		{"merge(a, {c: z, y: f})", mixed, `{"y":1.0,"b":null,"c":1}`},
		{"sort_by(Reservations[].Instances[], &Cpu)[].InstanceId", ec2, `["i-03","i-01","i-02"]`},
		{"max_by(Reservations[].Instances[], &Cpu).InstanceId", ec2, `"i-02"`},
		{"Reservations[].Instances[?State.Name=='running'][].InstanceId", ec2, `["i-01","i-03"]`},
		{"Reservations[?Instances[?Cpu>`3`]].OwnerId", ec2, `["1"]`},
		{"merge(`{}`, Reservations[0].Instances[0].Tags[].[Key, Value])", ec2, `{"env":"dev","Name":"web-1"}`},

		// Identifiers.
		{"nope", mixed, "null"},
		{`"z"`, mixed, "1"},
		{`"\u007a"`, mixed, "1"},
		{`a."y"`, mixed, `"\u00e9"`},
		{"z.y", mixed, "null"},
		{"m.y", mixed, "null"},
		{"nope.x.y", mixed, "null"},
		{"@", `"x"`, `"x"`},
		{"@.z", mixed, "1"},
		{"(z)", mixed, "1"},
		{"(a).y", mixed, `"\u00e9"`},
		{" \t\n z \r", mixed, "1"},

		// Indexes and slices.
		{"[0]", "[0,1,2,3,4,5]", "0"},
		{"[-1]", "[0,1,2,3,4,5]", "5"},
		{"[6]", "[0,1,2,3,4,5]", "null"},
		{"[-7]", "[0,1,2,3,4,5]", "null"},
		{"[99999999999999999999]", "[0,1,2,3,4,5]", "null"},
		{"[-99999999999999999999]", "[0,1,2,3,4,5]", "null"},
		{"[007]", "[1,2,3,4,5,6,7,8]", "8"},
		{"[0]", `"string"`, "null"},
		{"[:]", "[0,1,2,3,4,5]", "[0,1,2,3,4,5]"},
		{"[1:3]", "[0,1,2,3,4,5]", "[1,2]"},
		{"[:-1]", "[0,1,2,3,4,5]", "[0,1,2,3,4]"},
		{"[-2:]", "[0,1,2,3,4,5]", "[4,5]"},
		{"[::2]", "[0,1,2,3,4,5]", "[0,2,4]"},
		{"[::-1]", "[0,1,2,3,4,5]", "[5,4,3,2,1,0]"},
		{"[4:1:-2]", "[0,1,2,3,4,5]", "[4,2]"},
		{"[10:0:-1]", "[0,1,2,3,4,5]", "[5,4,3,2,1]"},
		{"[-100:100]", "[0,1,2,3,4,5]", "[0,1,2,3,4,5]"},
		{"[3:1]", "[0,1,2,3,4,5]", "[]"},
		{"[::99999999999999999999]", "[0,1,2,3,4,5]", "[0]"},
		{"[::-99999999999999999999]", "[0,1,2,3,4,5]", "[5]"},
		{"[1:2]", `"abc"`, "null"},
		{"[::0]", `"abc"`, "null"},
		{"m[0][0:1]", mixed, "[1]"},
		{"m[*][0]", mixed, "[1,3]"},
		{"m[0:1].foo", mixed, "[]"},
		{"[0][1:].x", `[[{"x":1},{"x":2}]]`, "null"},
		{"[1:].x", `[{"x":1},{"x":2}]`, "[2]"},
		{"[:1 2]", "[0,1,2,3,4,5]", "[0,1]"},

		// Projections.
		{"*", mixed, `[1,{"y":"\u00e9","b":null},[[1,2],[3,[4]],5],"\ud83d\ude00x",1.0,true,"",{}]`},
		{"a.*", mixed, `["\u00e9"]`},
		{"*.y", mixed, `["\u00e9"]`},
		{"m[]", mixed, "[1,2,3,[4],5]"},
		{"m[][]", mixed, "[1,2,3,4,5]"},
		{"m[*]", mixed, "[[1,2],[3,[4]],5]"},
		{"[]", "[[1],2,[[3]],null,[null]]", "[1,2,[3]]"},
		{"[*]", "[1,null,2]", "[1,2]"},
		{"z[]", mixed, "null"},
		{"z[*]", mixed, "null"},
		{"z.*", mixed, "null"},
		{"z[?@]", mixed, "null"},
		{"[*].*", `[{"b":1,"a":2},{"c":3}]`, "[[1,2],[3]]"},
		{"[[*].a, [*].b]", `[{"a":1},{"b":2}]`, "[[1],[2]]"},
		{"[*].a | [0]", `[{"a":[1,2]},{"a":[3]}]`, "[1,2]"},
		{"[*].a[0]", `[{"a":[1,2]},{"a":[3]}]`, "[1,3]"},

		// Conditions.
		{"[?a == `1`]", `[{"a":1},{"a":1.0},{"a":true},{"a":"1"}]`, `[{"a":1},{"a":1.0}]`},
		{"[?a]", `[{"a":0},{"a":""},{"a":false},{"a":[]},{"a":{}},{"a":[0]},{"b":1}]`, `[{"a":0},{"a":[0]}]`},
		{"[?!a].a", `[{"a":0},{"a":""},{"a":null}]`, `[""]`},
		{"[?a > `1` && b].a", `[{"a":2,"b":1},{"a":3},{"a":1,"b":1}]`, "[2]"},
		{"z == f", mixed, "true"},
		{"t == z", mixed, "false"},
		{"t == `true`", mixed, "true"},
		{"`[1]` == `[true]`", mixed, "true"},
		{"`0` == `false`", mixed, "false"},
		{"`2` != `true`", mixed, "true"},
		{"`{\"a\":1,\"b\":2}` == `{\"b\":2,\"a\":1.0}`", mixed, "true"},
		{"`9007199254740993` == `9007199254740992.0`", mixed, "false"},
		{"`9007199254740993` > `9007199254740992.0`", mixed, "true"},
		{"'b' > 'a'", mixed, "true"},
		{"'é' > 'z'", mixed, "true"},
		{"'\uffff' < '😀'", mixed, "true"},
		{"'a' < t", mixed, "null"},
		{"`null` < `1`", mixed, "null"},
		{"`1` <= `1.0`", mixed, "true"},
		{"`1.5` >= `2`", mixed, "false"},
		{"e || s", mixed, `"\ud83d\ude00x"`},
		{"z && s", mixed, `"\ud83d\ude00x"`},
		{"e && s", mixed, `""`},
		{"!z", mixed, "false"},
		{"!`0`", mixed, "false"},
		{"!e", mixed, "true"},
		{"!!s", mixed, "true"},
		{"o || nope || z", mixed, "1"},
		{"z == `1` || nope && e", mixed, "true"},
		{"!(z == `2`)", mixed, "true"},

		// Selections.
		{"[z, nope]", mixed, "[1,null]"},
		{"nope.[z]", mixed, "null"},
		{"nope.{a: z}", mixed, "null"},
		{"a.{k: y b: b}", mixed, `{"k":"\u00e9","b":null}`},
		{"length(m,)", mixed, "3"},
		{"not_null(nope e z)", mixed, `""`},
		{"[[z]]", mixed, "[[1]]"},
		{"[@.z, m | [0]]", mixed, "[1,[1,2]]"},

		// Literals.
		{"`{\"b\": [1, 1.0, 1e2, null], \"a\": \"x\"}`", mixed, `{"b":[1,1.0,100.0,null],"a":"x"}`},
		{"`foo`", mixed, `"foo"`},
		{"` foo`", mixed, `"foo"`},
		{"` 1 `", mixed, "1"},
		{"`\"x\\u00e9\\ud83d\\ude00\"`", mixed, `"x\u00e9\ud83d\ude00"`},
		{"`a\\`b`", mixed, "\"a`b\""},
		{"`a\\nb`", mixed, `"a\nb"`},
		{"`\"a\\`b\"`", mixed, "\"a`b\""},
		{`'raw \n \' "'`, mixed, `"raw \\n ' \""`},
		{"''", mixed, `""`},
		{"`-0`", mixed, "0"},
		{"`-0.0`", mixed, "-0.0"},
		{"`1.10`", mixed, "1.1"},
		{"`[1`", mixed, `"[1"`},
		{"`TRUE`", mixed, `"TRUE"`},

		// Functions.
		{"abs(`-1`)", mixed, "1"},
		{"abs(`-1.5`)", mixed, "1.5"},
		{"avg(`[1,2]`)", mixed, "1.5"},
		{"avg(`[]`)", mixed, "null"},
		{"avg(`[1,3]`)", mixed, "2.0"},
		{"ceil(`1.2`)", mixed, "2"},
		{"ceil(`-1.2`)", mixed, "-1"},
		{"ceil(`3`)", mixed, "3"},
		{"floor(`-1.2`)", mixed, "-2"},
		{"floor(`2.0`)", mixed, "2"},
		{"contains(s, 'x')", mixed, "true"},
		{"contains(`[1, 2]`, `true`)", mixed, "true"},
		{"contains(`[\"ab\"]`, 'a')", mixed, "false"},
		{"ends_with('abc', 'bc')", mixed, "true"},
		{"starts_with('abc', 'bc')", mixed, "false"},
		{"join(', ', `[\"a\",\"b\"]`)", mixed, `"a, b"`},
		{"join('', `[]`)", mixed, `""`},
		{"keys(@)", mixed, `["z","a","m","s","f","t","e","o"]`},
		{"values(a)", mixed, `["\u00e9",null]`},
		{"length(s)", mixed, "2"},
		{"length(o)", mixed, "0"},
		{"length(m)", mixed, "3"},
		{"map(&x, `[{\"x\":1},{},2]`)", mixed, "[1,null,null]"},
		{"max(`[1, 2.5, 2]`)", mixed, "2.5"},
		{"max(`[]`)", mixed, "null"},
		{"max(`[\"a\",\"é\",\"z\"]`)", mixed, `"\u00e9"`},
		{"min(`[1, 1.0]`)", mixed, "1"},
		{"min_by(`[{\"a\":2},{\"a\":1,\"b\":1},{\"a\":1}]`, &a)", mixed, `{"a":1,"b":1}`},
		{"max_by(`[{\"a\":2,\"b\":1},{\"a\":2}]`, &a)", mixed, `{"a":2,"b":1}`},
		{"max_by(`[]`, &a)", mixed, "null"},
		{"not_null(nope, e)", mixed, `""`},
		{"not_null(nope)", mixed, "null"},
		{"reverse(s)", mixed, `"x\ud83d\ude00"`},
		{"reverse(m)", mixed, "[5,[3,[4]],[1,2]]"},
		{"sort(`[2, 1.5, 10]`)", mixed, "[1.5,2,10]"},
		{"sort(`[\"b\",\"a\",\"B\",\"é\"]`)", mixed, `["B","a","b","\u00e9"]`},
		{"sort_by(`[]`, &a)", mixed, "[]"},
		{"sort_by(`[{\"k\":2,\"i\":0},{\"k\":1,\"i\":1},{\"k\":2,\"i\":2},{\"k\":1.0,\"i\":3}]`, &k)[].i", mixed, "[1,3,0,2]"},
		{"sum(`[1,2]`)", mixed, "3"},
		{"sum(`[]`)", mixed, "0"},
		{"sum(`[1,0.5]`)", mixed, "1.5"},
		{"sum(`[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1]`)", mixed, "1.0"},
		{"to_array(z)", mixed, "[1]"},
		{"to_array(m)", mixed, "[[1,2],[3,[4]],5]"},
		{"type(&a)", mixed, "null"},
		{"[z,f,s,t,nope,m,o].type(@)", mixed, `"array"`},
		{"[*].type(@)", `[1,1.0,"",true,[],{}]`, `["number","number","string","boolean","array","object"]`},
		{"(length)(m)", mixed, "3"},
		{"merge(a, `[]`, '')", mixed, `{"y":"\u00e9","b":null}`},
		{"merge(o, `[\"ab\"]`)", mixed, `{"a":"b"}`},

		// To_number and to_string.
		{"[*].to_number(@)", `["1","1.0","-5","+5"," 7 ","1_000","1e3","0x10","1__0","_1","","abc","1e16",".5","5.","007","1 2","--1","99999999999999999999.5",true,null,[1],2,2.5]`, "[1,1.0,-5,5,7,1000,1000.0,1e+16,0.5,5.0,7,1e+20,2,2.5]"},
		{"[*].to_string(@)", `["é",1,1.0,1e16,1e15,0.0001,0.00001,1e100,-0.0,123456789.125,true,[1,"é",null],{"b":1,"a":"😀\"\\\n\u0001\u007f"},[],{}]`, `["\u00e9","1","1.0","1e+16","1000000000000000.0","0.0001","1e-05","1e+100","-0.0","123456789.125","true","[1,\"\\u00e9\",null]","{\"b\":1,\"a\":\"\\ud83d\\ude00\\\"\\\\\\n\\u0001\\u007f\"}","[]","{}"]`},
		{"to_string(nope)", mixed, `"null"`},

		// Integers of any size.
		{"`12345678901234567890`", mixed, "12345678901234567890"},
		{"type(`12345678901234567890`)", mixed, `"number"`},
		{"to_string(`12345678901234567890`)", mixed, `"12345678901234567890"`},
		{"to_number('-12345678901234567890')", mixed, "-12345678901234567890"},
		{"sum(`[9223372036854775807, 1]`)", mixed, "9223372036854775808"},
		{"sum(`[9223372036854775808, -1]`)", mixed, "9223372036854775807"},
		{"abs(`-9223372036854775808`)", mixed, "9223372036854775808"},
		{"ceil(`1e20`)", mixed, "100000000000000000000"},
		{"max(`[1, 12345678901234567890, 1e19]`)", mixed, "12345678901234567890"},
		{"sort(`[12345678901234567891, 12345678901234567890, 1]`)", mixed, "[1,12345678901234567890,12345678901234567891]"},
		{"`100000000000000000000` == `1e20`", mixed, "true"},
		{"`100000000000000000001` == `1e20`", mixed, "false"},
		{"`12345678901234567890` == `12345678901234567890`", mixed, "true"},
		{"`[12345678901234567890]` == `[12345678901234567890]`", mixed, "true"},
	}
	for _, tt := range tests {
		v, err := search(tt.expr, parse(t, tt.doc))
		if err != nil {
			t.Errorf("%s: error %v, want none", tt.expr, err)
			continue
		}
		if got, err := toJSON(v); got != tt.want || err != nil {
			t.Errorf("%s\n got %s, %v\nwant %s", tt.expr, got, err, tt.want)
		}
	}
}

func search(expr string, v any) (any, error) {
	e, err := Compile(expr)
	if err != nil {
		return nil, err
	}
	return e.Search(v)
}

func parse(t testing.TB, doc string) any {
	t.Helper()
	v, err := document.ParseJSON([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestString(t *testing.T) {
	const text = "  a .b [ 0 ] "
	e, err := Compile(text)
	if err != nil || e.String() != text {
		t.Errorf("Compile(%q) = %q, %v", text, e, err)
	}
}
