package broker

// Cached reports whether the cache has role credentials that answer a request without a call of the
// portal. It makes no request, and hands out nothing.
func (b *Broker) Cached(r Request) bool {
	t, err := b.target(r.Session)
	return err == nil && b.cachedCredentials(newRoleRequest(r, t)).Reusable(b.now())
}
