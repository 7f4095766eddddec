package chainrule.decode;

import chainrule.model.Site;
import chainrule.model.Tap;
import chainrule.tensor.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The activations of one text that its run wants to see, as they are after the request's own tap. What that tap throws is
 * kept for the text, so that the pass, which others share, goes on.
 */
final class Sight {
    private final Map<Site, Tensor> seen = new HashMap<>();
    private final Tap tap;
    private Optional<Throwable> failure = Optional.empty();

    Sight(Set<Site> sites, Tap inner) {
        tap = sites.isEmpty() && inner.equals(Tap.NONE)
                ? inner
                : new Tap() {
                    @Override
                    public Tensor at(Site site, Tensor x) {
                        Tensor y = inner.wants(site) ? shielded(inner, site, x) : x;
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

    private Tensor shielded(Tap inner, Site site, Tensor x) {
        try {
            return inner.at(site, x);
        } catch (RuntimeException | Error e) {
            failure = Optional.of(e);
            return x;
        }
    }

    Tap tap() {
        return tap;
    }

    /** What the last pass showed; valid until {@link #clear}. @throws IllegalStateException where the tap failed */
    Map<Site, Tensor> seen() {
        failure.ifPresent(e -> {
            throw new IllegalStateException("the tap failed: " + e, e);
        });
        return seen;
    }

    void clear() {
        seen.values().forEach(Scope::free);
        seen.clear();
    }
}
