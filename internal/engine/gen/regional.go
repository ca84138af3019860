package main

import (
	"regexp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
)

// A regional finds the endpoints of a service in each region by the endpoint rules.
type regional struct {
	set         *rules.Set
	partitions  []*document.Object
	signingName string // the name of the service in signatures
	classic     *document.Object
	prefix      string // of the endpoints
}

// partition returns the data of the region's partition. If no partition matches, it returns the
// first partition.
func (r regional) partition(region string) *document.Object {
	for _, p := range r.partitions {
		if _, ok := object(p, "regions").Get(region); ok {
			return partitionResult(p)
		}
	}
	for _, p := range r.partitions {
		if ok, err := regexp.MatchString(text(p, "regionRegex"), region); ok && err == nil {
			return partitionResult(p)
		}
	}
	return partitionResult(r.partitions[0])
}

func partitionResult(p *document.Object) *document.Object {
	result := new(document.Object)
	for name, v := range object(p, "outputs").All() {
		result.Set(name, v)
	}
	result.Set("name", text(p, "id"))
	return result
}
