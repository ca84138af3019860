package jmespath

import (
	"fmt"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

func reservations(n int) any {
	list := make([]any, n)
	for i := range list {
		instance := object("SecurityGroups", []any{object("GroupName", "default", "GroupId", "sg-1")},
			"Tags", []any{object("Key", "env", "Value", "dev"), object("Key", "Name", "Value", fmt.Sprint("web-", i))},
			"InstanceId", fmt.Sprintf("i-%017x", i), "ImageId", "ami-1", "State", object("Code", int64(16), "Name", "running"))
		list[i] = object("OwnerId", "111111111111", "Instances", []any{instance})
	}
	return object("Reservations", list)
}

func object(members ...any) *document.Object {
	o := new(document.Object)
	for i := 0; i < len(members); i += 2 {
		o.Set(members[i].(string), members[i+1])
	}
	return o
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		v := reservations(n)
		for _, expr := range []string{
			"Reservations[].Instances[].{Id: InstanceId, Name: Tags[?Key=='Name']|[0].Value}",
			"sort_by(Reservations[].Instances[], &InstanceId)[].InstanceId",
		} {
			b.Run(fmt.Sprintf("%.7s/%d", expr, n), func(b *testing.B) {
				e, err := Compile(expr)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if _, err := e.Search(v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
