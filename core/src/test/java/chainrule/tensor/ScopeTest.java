package chainrule.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void whatAStepMakesIsFreedWhenItsScopeCloses() {
        long before = Pointer.totalCount();
        try (var _ = new Scope()) {
            torch.ones(3).add(torch.ones(3));
            assertThat(Pointer.totalCount()).isGreaterThan(before);
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void whatIsKeptOutlivesItsScopeAndBelongsToItsHolder() {
        Tensor kept;
        try (var scope = new Scope()) {
            kept = scope.keep(torch.ones(3).add(torch.ones(3)));
        }
        try (var _ = new Scope()) {
            assertThat(kept.get(0).item_float()).isEqualTo(2f);
        }
        Scope.free(kept);
    }

    @Test
    void whatAnInnerScopeKeepsBelongsToTheOuterScope() {
        long before = Pointer.totalCount();
        try (var _ = new Scope()) {
            Tensor kept;
            try (var inner = new Scope()) {
                kept = inner.keep(torch.ones(3));
            }
            assertThat(kept.numel()).isEqualTo(3);
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }
}
