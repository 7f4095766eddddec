package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Input;
import chainrule.model.Net;
import chainrule.model.Tokens;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class DpoTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new Dpo(0.3, 0.1);
    }

    @Override
    Batch batch() {
        Tensor reference = Ops.tensor(new float[] {-9, -3, -20, -31}, 4).to(ScalarType.Double);
        return Samples.masked().against(reference);
    }

    /** Pairs. */
    @Override
    List<Batch> parts(Batch whole) {
        return List.of(pair(whole, 0), pair(whole, 1));
    }

    private static Batch pair(Batch batch, int i) {
        Tensor ids = ((Tokens.Ids) batch.input().tokens()).ids();
        return new Batch(
                Input.of(ids.narrow(0, 2L * i, 2)),
                batch.targets().narrow(0, 2L * i, 2),
                batch.mask().narrow(0, 2L * i, 2),
                batch.reference().map(r -> r.narrow(0, 2L * i, 2)));
    }

    @Test
    void valuesAndGradientsAreTheReferences() throws IOException {
        var values = JsonMapper.shared()
                .readTree(Files.readString(Golden.path("losses/losses.json")))
                .get("values");
        try (TensorFile file = TensorFile.open(Golden.path("losses/losses.safetensors"));
                var _ = new Scope()) {
            Tensor chosen = file.read("dpo.policy_chosen").sub(file.read("dpo.reference_chosen"));
            Tensor rejected = file.read("dpo.policy_rejected").sub(file.read("dpo.reference_rejected"));
            Tensor gain = Ops.stack(List.of(chosen, rejected), 1).flatten();
            for (String name : List.of("dpo", "dpo_smoothing_0.1")) {
                Dpo dpo = new Dpo(0.1, name.equals("dpo") ? 0 : 0.1);
                Tensor margin = dpo.margin(gain);
                double expected = values.get(name).doubleValue();
                assertThat(dpo.loss(margin).mean().item_double()).isCloseTo(expected, within(1e-5 * expected));
                float[] slope = Ops.floats(Ops.mul(dpo.slope(margin), 1.0 / margin.numel()));
                float[] ofChosen = Ops.floats(file.read("grad." + name + ".0"));
                float[] ofRejected = Ops.floats(file.read("grad." + name + ".1"));
                for (int i = 0; i < slope.length; i++) {
                    assertThat(slope[i]).isCloseTo(ofChosen[i], within(1e-6f));
                    assertThat(-slope[i]).isCloseTo(ofRejected[i], within(1e-6f));
                }
            }
        }
    }

    @Test
    void againstItselfAModelHasTheLossOfAGuess() {
        try (Net net = net();
                var _ = new Scope()) {
            Batch batch = Samples.masked();
            Batch own = batch.against(Dpo.logP(net, batch));
            assertThat(new Dpo().sum(net, own).item_double()).isCloseTo(2 * Math.log(2), within(1e-9));
        }
    }

    @Test
    void aTextsLogProbabilityIsMinusItsTokensLoss() {
        try (Net net = net();
                var _ = new Scope()) {
            Batch batch = Samples.masked();
            double sum = Dpo.logP(net, batch).sum().item_double();
            assertThat(sum).isCloseTo(-new NextToken().sum(net, batch).item_double(), within(1e-9));
        }
    }

    @Test
    void withoutAReferenceThereIsNoLoss() {
        try (Net net = net();
                var _ = new Scope()) {
            assertThatThrownBy(() -> new Dpo().sum(net, Samples.masked()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pairs");
        }
        assertThatThrownBy(() -> new Dpo(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Dpo(0.1, 0.5)).isInstanceOf(IllegalArgumentException.class);
    }
}
