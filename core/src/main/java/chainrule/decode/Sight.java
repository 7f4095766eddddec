package chainrule.decode;

import chainrule.model.Site;
import chainrule.model.Tap;
import chainrule.tensor.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The activations of one text that its run wants to see, as they are after the request's own tap. */
final class Sight {
    private final Map<Site, Tensor> seen = new HashMap<>();
    private final Tap tap;

    Sight(Set<Site> sites, Tap inner) {
        tap = sites.isEmpty() ? inner : new Tap() {
            @Override
            public Tensor at(Site site, Tensor x) {
                Tensor y = inner.wants(site) ? inner.at(site, x) : x;
                if (sites.contains(site)) {
                    seen.put(site, Scope.own(y.clone()));
                }
                return y;
            }

            @Override
            public boolean wants(Site site) {
                return sites.contains(site) || inner.wants(site);
            }
        };
    }

    Tap tap() {
        return tap;
    }

    /** What the last pass showed; valid until {@link #clear}. */
    Map<Site, Tensor> seen() {
        return seen;
    }

    void clear() {
        seen.values().forEach(Scope::free);
        seen.clear();
    }
}
