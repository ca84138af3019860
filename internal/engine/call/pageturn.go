package call

import (
	"context"
	"fmt"
	"iter"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// All yields the pages, each fetched when the caller has used up the one before. A
// failed page ends the sequence with its error.
func (p *Pager) All(ctx context.Context) iter.Seq2[*document.Object, error] {
	return func(yield func(*document.Object, error) bool) {
		total := 0
		var last token
		for first := true; ; first = false {
			page, err := p.client.Call(ctx, p.svc, p.op, p.input)
			if err != nil {
				yield(nil, err)
				return
			}
			if first {
				p.begin(page)
			} else {
				p.skip = 0
			}
			n := p.items(page)
			limit, limited := p.limit()
			if extra := total + n - limit; limited && extra > 0 {
				p.truncate(page, max(0, n-extra))
				yield(page, nil)
				return
			}
			if !yield(page, nil) {
				return
			}
			total += n
			next, more := p.next(page)
			if !more {
				return
			}
			if limited && total == limit {
				p.resume = next.encode(whole)
				return
			}
			if last != nil && next.equal(last) {
				yield(nil, fmt.Errorf("Error during pagination: The same next token was received twice: %s", next.python()))
				return
			}
			p.use(next)
			p.now, last = next, next
		}
	}
}

// limit is the number of items that are wanted at most, if there is one.
func (p *Pager) limit() (int, bool) {
	if p.paging.MaxItems == nil {
		return 0, false
	}
	return int(max(0, min(*p.paging.MaxItems, 1<<31))), true
}

// begin drops from the first page what an earlier run has shown, and keeps what is
// the same on all pages.
func (p *Pager) begin(page *document.Object) {
	result := p.op.Paginator.Result
	if p.paging.StartingToken != "" {
		var rest any
		if list, ok := find(page, result[0]).([]any); ok {
			rest = list[min(p.skip, len(list)):]
		}
		put(page, result[0], rest)
		for _, path := range result[1:] {
			switch find(page, path).(type) {
			case []any:
				put(page, path, []any{})
			case string:
				put(page, path, "")
			case int64, float64:
			default:
				put(page, path, nil)
			}
		}
	}
	for _, path := range p.op.Paginator.NonAggregate {
		put(p.nonAggr, path, find(page, path))
	}
}

// items counts what the page has of the first result.
func (p *Pager) items(page *document.Object) int {
	list, _ := find(page, p.op.Paginator.Result[0]).([]any)
	return len(list)
}

// truncate keeps the first n items of the page and notes where to go on.
func (p *Pager) truncate(page *document.Object, n int) {
	path := p.op.Paginator.Result[0]
	list, _ := find(page, path).([]any)
	put(page, path, list[:n:n])
	p.resume = p.now.encode(n + p.skip)
}

// next is what to ask the following page with, and whether there is one.
func (p *Pager) next(page *document.Object) (token, bool) {
	model := p.op.Paginator
	if model.More != "" && !truthy(find(page, model.More)) {
		return nil, false
	}
	next, more := make(token, len(model.Input)), false
	for i, name := range model.Input {
		next[i].name = name
		if i < len(model.Output) {
			if v := find(page, model.Output[i]); isScalar(v) && truthy(v) {
				next[i].value, more = v, true
			}
		}
	}
	return next, more
}

// use puts a token into the input.
func (p *Pager) use(t token) {
	for _, part := range t {
		if part.value == nil || part.value == "None" {
			p.input.Delete(part.name)
		} else {
			p.input.Set(part.name, part.value)
		}
	}
}
