package call

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// ResumeToken returns what a later run can begin with to go on behind the items
// shown so far; "" if all have been. It is known when the pages have been read.
func (p *Pager) ResumeToken() string { return p.resume }

// Results returns a page with nothing but its results, as the AWS CLI prints pages
// as text; the first one also with what is the same on all. Results that the page
// does not have are null. It is for each page of All, once, in their order.
func (p *Pager) Results(page *document.Object) *document.Object {
	o := new(document.Object)
	if !p.reduced {
		p.reduced = true
		for name, v := range p.nonAggr.All() {
			o.Set(name, v)
		}
	}
	for _, path := range p.op.Paginator.Result {
		put(o, path, find(page, path))
	}
	return o
}

// Full fetches all pages and returns them as one: the results of all, what is the
// same on all, and a NextToken if MaxItems has cut it off.
func (p *Pager) Full(ctx context.Context) (*document.Object, error) {
	full := new(document.Object)
	for page, err := range p.All(ctx) {
		if err != nil {
			return nil, err
		}
		for _, path := range p.op.Paginator.Result {
			appendResult(full, path, find(page, path))
		}
	}
	for name, v := range p.nonAggr.All() {
		full.Set(name, v)
	}
	if p.resume != "" {
		full.Set("NextToken", p.resume)
	}
	return full, nil
}

// appendResult adds a page's result to those of the pages before.
func appendResult(full *document.Object, path string, v any) {
	before := find(full, path)
	if v == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		if list, ok := before.([]any); ok {
			put(full, path, append(list, v...))
			return
		}
	case string:
		if text, ok := before.(string); ok {
			put(full, path, text+v)
			return
		}
	case int64:
		if n, ok := before.(int64); ok {
			put(full, path, n+v)
			return
		}
	case float64:
		if n, ok := before.(float64); ok {
			put(full, path, n+v)
			return
		}
	}
	if before == nil {
		put(full, path, v)
	}
}
