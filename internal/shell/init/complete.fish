# USE has the same completion as "lanyard use".
complete --command USE --wraps 'lanyard use'
