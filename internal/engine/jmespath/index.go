package jmespath

// element takes one element of a list, a negative index from the end.
func (n *node) element(v any) any {
	list, _ := v.([]any)
	i, size := n.index, int64(len(list))
	if i < 0 {
		i += size // the smallest int64 stays negative
	}
	if i < 0 || i >= size {
		return nil
	}
	return list[i]
}

// slice takes the elements of a list that Python's list[from:to:step] has.
func (n *node) slice(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, nil
	}
	step := int64(1)
	if n.bounds[2] != nil {
		step = *n.bounds[2]
	}
	if step == 0 {
		return nil, evalErrorf("slice step cannot be zero")
	}
	size := int64(len(list))
	first, last := int64(0), size // of the places that a bound can mean
	from, to := first, last
	if step < 0 {
		first, last = -1, size-1
		from, to = last, first
	}
	from = bound(n.bounds[0], size, from, first, last)
	to = bound(n.bounds[1], size, to, first, last)
	step = max(-size-1, min(step, size+1)) // so that i does not overflow
	part := []any{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		part = append(part, list[i])
	}
	return part, nil
}

// bound turns a written bound into a place from first to last.
func bound(written *int64, size, missing, first, last int64) int64 {
	if written == nil {
		return missing
	}
	i := *written
	if i < 0 {
		i += size
	}
	return max(first, min(i, last))
}
