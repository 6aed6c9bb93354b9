// with: shop auth
package guide

func (s *shop) nameTaken(ctx context.Context, name string) bool
func (s *shop) create(ctx context.Context, pet petapi.NewPet) (*petapi.CreatePetCreated, error)
