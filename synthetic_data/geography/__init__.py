"""Countries, addresses, establishments and agencies, and the district that holds them."""
