package chainrule;

import chainrule.tensor.Natives;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test that leaves native objects behind: the count of live ones must be what it was before the test,
 * without asking the collector. Registered for all tests. The count may fall where an earlier test's garbage is
 * collected meanwhile; a test must not rely on that, since its own count would have been above.
 */
public final class NativeLeaks implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(NativeLeaks.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        Natives.load();
        context.getStore(HERE).put("count", Pointer.totalCount());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long before = context.getStore(HERE).getOrDefault("count", Long.class, 0L);
        long after = Pointer.totalCount();
        if (after > before) {
            throw new AssertionError(
                    (after - before) + " native objects were left behind by " + context.getDisplayName());
        }
    }
}
