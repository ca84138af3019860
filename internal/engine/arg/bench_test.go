package arg

import "testing"

func BenchmarkParse(b *testing.B) {
	op := operation(b, "ec2", "describe-instances")
	args := []string{"--instance-ids", "i-1", "i-2", "--filters", "Name=tag:Name,Values=a,b", "--no-dry-run"}
	for b.Loop() {
		if _, err := Parse(op, args, Options{Service: "ec2"}); err != nil {
			b.Fatal(err)
		}
	}
}
